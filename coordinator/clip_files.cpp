#include "coordinator/clip_files.h"

#include <cstdio>
#include <stdexcept>
#include <string_view>

#include "storage/video_writer.h"

namespace tessera::coordinator {
namespace {

constexpr std::string_view kFrames = "frames/";
constexpr std::string_view kVideos = "videos/";
constexpr const char* kMp4 = ".mp4";
constexpr const char* kMkv = ".mkv";

}  // namespace

std::string frames_folder(const std::string& clip_name) {
  const bool leads = clip_name.starts_with(kVideos);
  return std::string(kFrames) + (leads ? clip_name.substr(kVideos.size()) : clip_name);
}

std::string frame_name(int frame) {
  char text[32];
  std::snprintf(text, sizeof text, "%05d.png", frame);
  return text;
}

std::string part_of_clip(const std::string& file) {
  const std::filesystem::path path(file);
  if (path.extension() != ".png") return path.extension().string();
  return file.starts_with(kFrames) ? path.filename().string() : "";
}

std::vector<std::string> container_extensions(const configs::JobConfig::Output& output) {
  using Format = configs::JobConfig::OutputFormat;
  std::vector<std::string> extensions;
  for (const Format format : output.formats) {
    if (format == Format::Mp4) extensions.emplace_back(kMp4);
    if (format == Format::Mkv) extensions.emplace_back(kMkv);
  }
  return extensions;
}

storage::VideoFormat format_of_extension(const std::string& extension) {
  if (extension == kMp4) return storage::VideoFormat::Mp4;
  if (extension == kMkv) return storage::VideoFormat::Mkv;
  throw std::invalid_argument("\"" + extension + "\" is the extension of no container");
}

void build_container(const ContainerOrder& order) {
  storage::build_video(order.path, order.form, order.frames,
                       [&order](int frame) { return order.folder / frame_name(frame); });
}

}  // namespace tessera::coordinator
