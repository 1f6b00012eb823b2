#include "launch/clip_inspection.h"

#include <nlohmann/json.hpp>

#include "storage/content_digest.h"
#include "storage/storage_error.h"
#include "storage/video_reader.h"

namespace tessera::launch {

using Json = nlohmann::ordered_json;

std::string inspect_clip(const std::filesystem::path& file, InspectionDepth depth) {
  const storage::VideoFacts facts = storage::read_video_facts(file);
  Json report = {{"path", file.string()},
                 {"kind", "clip"},
                 {"bytes", std::filesystem::file_size(file)},
                 {"codec", facts.codec},
                 {"width", facts.image.cols},
                 {"height", facts.image.rows},
                 {"frames", facts.frames},
                 {"frames_per_second", facts.frames_per_second},
                 {"pixel_format", facts.pixel_format},
                 {"color_range", facts.color_range},
                 {"color_space", facts.color_space},
                 {"color_primaries", facts.color_primaries},
                 {"color_transfer", facts.color_transfer},
                 {"parameters", facts.parameters}};
  if (depth == InspectionDepth::Everything) {
    const std::int64_t decoded = storage::read_video_frames(file, [](auto) {});
    if (decoded != facts.frames) {
      throw storage::DataError(file.string() + ": " + std::to_string(decoded) + " of " +
                               std::to_string(facts.frames) + " frames decode");
    }
    report["sha256"] = storage::digest_of_file(file);
  }
  return report.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace tessera::launch
