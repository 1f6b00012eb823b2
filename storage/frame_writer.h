#pragma once

#include "partition/extent.h"
#include "storage/row_band.h"

namespace tessera::storage {

struct PictureMetadata;

/// Writes pictures row by row, top to bottom; never holds a whole 8k frame.
///
/// One frame at a time: begin_frame, write_rows until all rows are there, end_frame. Files appear
/// under their final name at end_frame only. Used from one thread.
class FrameWriter {
 public:
  virtual ~FrameWriter() = default;

  /// \throws CannotCreateError if the file cannot be created.
  virtual void begin_frame(int frame_index, partition::Extent image,
                           const PictureMetadata& metadata) = 0;
  /// \throws IoError naming the file when the disk is full or fails.
  virtual void write_rows(RowBand rows) = 0;
  virtual void end_frame() = 0;
  /// Completes a container of frames; may throw, the destructor does not.
  virtual void close() = 0;
};

}  // namespace tessera::storage
