#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <exception>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

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
};

/// The order for a stage's picture; nullopt when it is not kept (`output.stages: final`).
using OrderPicture = std::function<std::optional<PictureOrder>(int item, int stage)>;

/// How long a file system may do nothing before it counts as hung.
struct OutputPatience {
  /// While rows wait for room in the queue: inside a command, where the other ranks wait too. Half
  /// of their shortest deadline, so that the file is named and not this rank.
  std::chrono::milliseconds delivery = std::chrono::seconds(10);
  /// Between commands, where Idle keeps the other ranks waiting.
  std::chrono::milliseconds between_commands = std::chrono::minutes(5);
};

/// Writes pictures on a thread of its own, so that rank 0's main thread never waits for compression
/// or a disk unless the queue is full. The thread calls the frame writer and nothing else.
///
/// Rows of one picture come top to bottom, pictures one after the other. The first error stops all
/// writing: later rows are dropped, so that no rank hangs in the delivery of a picture, and the
/// error waits in failure(). A file system that hangs is such an error, an IoError that names file
/// and seconds. All members are for the main thread.
class OutputWriter {
 public:
  /// \param queue_bytes  rows that may wait at a time; one larger band passes when it is alone.
  OutputWriter(std::unique_ptr<storage::FrameWriter> writer, OrderPicture order,
               std::uint64_t queue_bytes, OutputPatience patience = {});
  /// Drops what is queued and joins the thread, which waits for the call to the frame writer that
  /// runs. Call finish() first to keep what is queued.
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
  struct Job {
    enum class Kind { Begin, Rows, End, Close };

    Kind kind = Kind::Rows;
    std::shared_ptr<const PictureOrder> order;
    int item = 0;
    int stage = 0;
    storage::RowBand band;
    std::vector<float> pixels;

    std::uint64_t bytes() const { return pixels.size() * sizeof(float); }
  };

  using Clock = std::chrono::steady_clock;

  void push(Job job);
  bool wait(std::chrono::milliseconds longest, const std::function<bool()>& done);
  void give_up(std::chrono::milliseconds waited);
  void drop_jobs();
  void start_picture(int item, int stage);
  void run();
  void perform(const Job& job);
  bool idle() const { return jobs_.empty() && !working_; }

  std::unique_ptr<storage::FrameWriter> writer_;
  OrderPicture order_;
  std::uint64_t queue_bytes_;
  OutputPatience patience_;
  std::shared_ptr<const PictureOrder> current_;  ///< of the picture whose rows are coming

  mutable std::mutex mutex_;
  std::condition_variable wake_;     ///< the thread waits for jobs
  std::condition_variable changed_;  ///< the main thread waits for progress
  std::deque<Job> jobs_;
  std::uint64_t queued_bytes_ = 0;  ///< of the job at work, too
  bool working_ = false;
  std::filesystem::path path_;  ///< of the last job begun
  Clock::time_point progress_;  ///< when it was begun
  bool stopping_ = false;
  std::exception_ptr failure_;
  std::vector<FrameRecord> written_;
  std::thread thread_;
};

}  // namespace tessera::coordinator
