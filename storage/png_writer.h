#pragma once

#include <filesystem>
#include <functional>
#include <memory>

#include "storage/frame_writer.h"
#include "storage/picture_metadata.h"

namespace tessera::storage {

enum class PngDepth { Bits8, Bits16 };

struct PngOptions {
  PngDepth depth = PngDepth::Bits8;
  int compression_level = 3;  ///< 0 (none) .. 9 (smallest), `output.png_level`
};

/// Writes each frame as one RGB PNG, row after row: memory is a few rows, whatever the picture.
///
/// Samples are clamped to [0, 1], times 255 (65535), rounded to nearest, ties to even. Chunks: sRGB
/// (with the gAMA and cHRM that go with it) and, unless the mode is None, `parameters` (tEXt, or
/// iTXt beyond Latin-1), `tessera` and `XML:com.adobe.xmp` (iTXt). Files go through AtomicFile.
class PngWriter final : public FrameWriter {
 public:
  /// The file of a frame.
  using FrameFile = std::function<std::filesystem::path(int frame_index)>;

  /// \throws std::invalid_argument for a compression level out of range.
  PngWriter(FrameFile file_of, PngOptions options);
  ~PngWriter() override;

  /// \throws CannotCreateError; std::invalid_argument for an empty picture or while a frame is
  /// open.
  void begin_frame(int frame_index, partition::Extent image,
                   const PictureMetadata& metadata) override;
  /// \throws std::invalid_argument if the rows do not follow the last ones or have another width;
  ///         DataError naming row and column of a sample that is no number; IoError.
  void write_rows(RowBand rows) override;
  /// \throws std::invalid_argument if rows are missing; IoError.
  void end_frame() override;
  /// Nothing is left to do: a PNG has no container.
  void close() override {}

 private:
  class Frame;
  FrameFile file_of_;
  PngOptions options_;
  std::unique_ptr<Frame> frame_;
};

}  // namespace tessera::storage
