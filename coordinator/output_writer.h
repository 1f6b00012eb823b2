#pragma once

#include <chrono>
#include <cstdint>
#include <exception>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "coordinator/clip_files.h"
#include "coordinator/file_patience.h"
#include "coordinator/file_thread.h"
#include "coordinator/render_records.h"
#include "partition/extent.h"
#include "storage/frame_writer.h"
#include "storage/picture_metadata.h"
#include "storage/row_band.h"

namespace tessera::coordinator {

/// One picture to be written, and the file that its frame becomes.
struct PictureOrder {
  int frame_index = 0;  ///< as the frame writer knows it
  std::filesystem::path path;
  partition::Extent image;
  storage::PictureMetadata metadata;
  int frame = FrameRecord::kPicture;         ///< of a clip
  std::vector<ContainerOrder> containers{};  ///< to be made when the picture is there
};

/// The order for a stage's picture, or a frame of its clip; nullopt when it is not kept
/// (`output.stages: final`) or there already.
using OrderPicture = std::function<std::optional<PictureOrder>(int item, int stage, int frame)>;

/// Writes pictures on a thread of its own, so that rank 0's main thread never waits for compression
/// or a disk unless the queue is full. The thread calls the frame writer and nothing else.
///
/// Rows of one picture come top to bottom, pictures one after the other. The first error stops all
/// writing: later rows are dropped, so that no rank hangs in the delivery of a picture, and the
/// error waits in failure(). A file system that hangs is such an error, an IoError that names file
/// and seconds. All members are for the main thread.
/// The frame writer may be used after the object is gone, by a thread that was left behind.
class OutputWriter {
 public:
  /// \param queue_bytes  rows that may wait at a time; one larger band passes when it is alone.
  OutputWriter(std::unique_ptr<storage::FrameWriter> writer, OrderPicture order,
               std::uint64_t queue_bytes, FilePatience patience = {});
  /// Drops what is queued; the call to the frame writer that runs gets 5 s to end, then the thread
  /// is left behind. Call finish() first to keep what is queued.
  ~OutputWriter();
  OutputWriter(const OutputWriter&) = delete;
  OutputWriter& operator=(const OutputWriter&) = delete;

  /// Queues a copy of the rows; waits while the queue is full. Never throws because of the output:
  /// it is called inside a command's collectives.
  void put_rows(int item, int stage, storage::RowBand rows);

  /// True between the first and the last row of a picture that is kept.
  bool picture_open() const { return current_ != nullptr; }

  /// Waits until at most half of the queue is in use, or failed; false after `longest`.
  bool wait_for_room(std::chrono::milliseconds longest);
  /// Waits until everything is written, or failed; false after `longest`.
  bool wait_until_written(std::chrono::milliseconds longest);
  /// Closes the writer after the last picture.
  void finish();

  /// Pictures that were completed since the last call.
  std::vector<FrameRecord> take_written();
  /// The error that stopped the writing, or nullptr.
  std::exception_ptr failure() const;

 private:
  struct Job;
  struct State;

  void push(Job job);
  bool wait(std::chrono::milliseconds longest, const std::function<bool()>& done);
  void start_picture(int item, int stage, int frame);
  void end_picture(int item, int stage);

  OrderPicture order_;
  std::uint64_t queue_bytes_;
  FilePatience patience_;
  std::shared_ptr<const PictureOrder> current_;  ///< of the picture whose rows are coming
  std::shared_ptr<State> state_;                 ///< shared with the thread
  FileThread thread_;
};

}  // namespace tessera::coordinator
