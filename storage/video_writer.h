#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <vector>

#include "storage/frame_writer.h"
#include "storage/png_writer.h"
#include "storage/video_encoder.h"

namespace tessera::storage {

/// Writes the frames of one clip into a container (VideoEncoder). Samples become 8 bits as in a
/// PNG. Memory: one frame and what the encoder holds back. The clip appears at close().
class VideoWriter final : public FrameWriter {
 public:
  /// \throws as VideoEncoder.
  VideoWriter(const std::filesystem::path& path, const VideoForm& form);

  /// Frames come from 0 on, one after the other. The container's tag is that of the form.
  /// \throws std::invalid_argument for another index, another size or while a frame is open.
  void begin_frame(int frame_index, partition::Extent image,
                   const PictureMetadata& metadata) override;
  /// \throws as PngWriter::write_rows(), but nothing is written yet.
  void write_rows(RowBand rows) override;
  /// \throws std::invalid_argument if rows are missing; IoError naming the file.
  void end_frame() override;
  /// \throws as VideoEncoder::close().
  void close() override;

 private:
  std::filesystem::path path_;
  partition::Extent image_;
  VideoEncoder encoder_;
  std::vector<std::uint8_t> rgb_;
  std::optional<int> next_row_;  ///< of the frame that is open
  int frames_ = 0;
};

/// Makes a container of finished frames: the pictures are the state, the container never is.
/// \param frame_of  PNG files of 8 bits without alpha, frames 0 .. `frames` - 1.
/// \throws MissingFileError, DataError naming a frame that is damaged or of another size, depth or
///         number of channels; as VideoEncoder.
void build_video(const std::filesystem::path& path, const VideoForm& form, int frames,
                 const PngWriter::FrameFile& frame_of);

}  // namespace tessera::storage
