#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "coordinator/render_records.h"
#include "storage/checkpoint_data.h"
#include "storage/checkpoint_writer.h"
#include "worker/render_task.h"
#include "worker/stage_snapshot.h"

namespace tessera::coordinator {

/// Turns snapshots into checkpoint files on a thread of its own, which makes no MPI and no torch
/// call, one at a time (rank 0). All members are for the main thread.
class Checkpointer {
 public:
  /// The pictures that are complete, at the time of a checkpoint.
  using Outputs = std::function<std::vector<storage::CheckpointOutput>()>;

  /// \param base  everything but progress, arrays, stages and outputs.
  /// \param task  outlives this object.
  Checkpointer(storage::CheckpointData base, const worker::RenderTask& task,
               storage::CheckpointWriter writer, Outputs outputs);
  /// Waits for the file that is being written.
  ~Checkpointer();
  Checkpointer(const Checkpointer&) = delete;
  Checkpointer& operator=(const Checkpointer&) = delete;

  /// The finished stages of an item that goes on from a checkpoint.
  void adopt(int item, std::vector<storage::CheckpointStage> stages);

  /// Starts to write the snapshot. Precondition: !writing().
  void keep(worker::StageSnapshot snapshot);
  bool writing() const;
  /// Waits until nothing is being written; false when `patience` ran out before.
  bool wait(std::chrono::milliseconds patience);
  /// How the last write ended, once.
  std::optional<CheckpointRecord> take_result();

 private:
  storage::CheckpointData compose(worker::StageSnapshot snapshot);
  void run();

  storage::CheckpointData base_;
  const worker::RenderTask& task_;
  storage::CheckpointWriter writer_;
  Outputs outputs_;
  int item_ = -1;                                 ///< whose stages these are
  std::vector<storage::CheckpointStage> stages_;  ///< finished ones

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::optional<storage::CheckpointData> due_;  ///< waits for the thread, or is being written
  std::optional<CheckpointRecord> result_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace tessera::coordinator
