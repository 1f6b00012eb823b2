// Takes the place of video_encoder.cpp and video_reader.cpp where FFmpeg's libraries are not built
// in (CMake: TESSERA_VIDEO).
#include "storage/storage_error.h"
#include "storage/video_encoder.h"
#include "storage/video_reader.h"

namespace tessera::storage {
namespace {

template <typename Error>
[[noreturn]] void refuse(const std::filesystem::path& path, const char* remedy) {
  throw Error(path.string() + ": this program was built without FFmpeg's libraries. " + remedy);
}

}  // namespace

class VideoEncoder::Stream {};

bool video_is_built() { return false; }

VideoEncoder::VideoEncoder(const std::filesystem::path& path, const VideoForm&) {
  refuse<CannotCreateError>(path, "Write frames (output.formats) instead.");
}
VideoEncoder::~VideoEncoder() = default;
VideoEncoder::VideoEncoder(VideoEncoder&&) noexcept = default;
VideoEncoder& VideoEncoder::operator=(VideoEncoder&&) noexcept = default;
void VideoEncoder::add_frame(std::span<const std::uint8_t>) {}
void VideoEncoder::close() {}

VideoFacts read_video_facts(const std::filesystem::path& path) {
  refuse<DataError>(path, "Clips cannot be read.");
}

std::int64_t read_video_frames(const std::filesystem::path& path,
                               const std::function<void(std::span<const std::uint8_t>)>&) {
  refuse<DataError>(path, "Clips cannot be read.");
}

}  // namespace tessera::storage
