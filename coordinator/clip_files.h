#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "configs/job_config.h"
#include "storage/video_format.h"

namespace tessera::coordinator {

/// A container to be made of the frames of a clip once they are all there.
struct ContainerOrder {
  std::filesystem::path path;
  storage::VideoForm form;
  std::filesystem::path folder;  ///< of the frames
  int frames = 0;
};

/// Folder of a clip's frames, relative to the run directory: the name of the clip without a leading
/// "videos/", under "frames/".
std::string frames_folder(const std::string& clip_name);
/// File of a frame inside its folder: five digits or more.
std::string frame_name(int frame);
/// What tells the files of one clip apart in a manifest: the name of a frame, the extension of a
/// container, and "" for the file of a picture.
std::string part_of_clip(const std::string& file);
/// ".mp4", ".mkv": the containers that `output.formats` asks for.
std::vector<std::string> container_extensions(const configs::JobConfig::Output& output);
/// The format that an extension stands for. \throws std::invalid_argument for another.
storage::VideoFormat format_of_extension(const std::string& extension);

/// Makes the container of its frames. \throws as storage::build_video().
void build_container(const ContainerOrder& order);

}  // namespace tessera::coordinator
