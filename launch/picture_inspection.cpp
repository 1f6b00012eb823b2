#include "launch/picture_inspection.h"

#include <map>
#include <nlohmann/json.hpp>

#include "storage/content_digest.h"
#include "storage/png_reader.h"

namespace tessera::launch {
namespace {

using Json = nlohmann::ordered_json;

/// The record as the object that it is; as text if somebody changed it.
Json record_json(const std::string& record) {
  Json parsed = Json::parse(record, nullptr, false);
  return parsed.is_discarded() ? Json(record) : parsed;
}

}  // namespace

std::string inspect_picture(const std::filesystem::path& file, InspectionDepth depth) {
  const bool is_whole = depth == InspectionDepth::Everything;
  const storage::Raster raster = is_whole ? storage::read_png(file) : storage::read_png_form(file);
  const std::map<std::string, std::string> texts = storage::read_png_text(file);
  Json report = {{"path", file.string()},
                 {"kind", "picture"},
                 {"bytes", std::filesystem::file_size(file)},
                 {"width", raster.extent.cols},
                 {"height", raster.extent.rows},
                 {"bits", raster.top == 255 ? 8 : 16},
                 {"channels", raster.channels}};
  const auto parameters = texts.find("parameters");
  report["parameters"] = parameters == texts.end() ? Json() : Json(parameters->second);
  const auto record = texts.find("tessera");
  report["record"] = record == texts.end() ? Json() : record_json(record->second);
  if (is_whole) report["sha256"] = storage::digest_of_file(file);
  return report.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace tessera::launch
