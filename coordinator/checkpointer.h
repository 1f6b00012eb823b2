#pragma once

#include <chrono>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "coordinator/file_patience.h"
#include "coordinator/file_thread.h"
#include "coordinator/render_records.h"
#include "storage/checkpoint_data.h"
#include "storage/checkpoint_writer.h"
#include "worker/render_task.h"
#include "worker/stage_snapshot.h"

namespace tessera::coordinator {

/// Turns snapshots into checkpoint files on a thread of its own, which makes no MPI and no torch
/// call, one at a time (rank 0). All members are for the main thread. A write that takes longer
/// than the patience hangs: nothing more can be written, and an error waits in failure().
/// The checkpoint writer may be used after the object is gone, by a thread that was left behind.
class Checkpointer {
 public:
  /// The pictures that are complete, at the time of a checkpoint.
  using Outputs = std::function<std::vector<storage::CheckpointOutput>()>;

  /// \param base  everything but progress, arrays, stages and outputs.
  /// \param task  outlives this object.
  Checkpointer(storage::CheckpointData base, const worker::RenderTask& task,
               storage::CheckpointWriter writer, Outputs outputs, FilePatience patience = {});
  /// The file that is being written gets 5 s to be completed, then the thread is left behind.
  ~Checkpointer();
  Checkpointer(const Checkpointer&) = delete;
  Checkpointer& operator=(const Checkpointer&) = delete;

  /// The finished stages of an item that goes on from a checkpoint.
  void adopt(int item, std::vector<storage::CheckpointStage> stages);

  /// Starts to write the snapshot. Precondition: !writing().
  void keep(worker::StageSnapshot snapshot);
  bool writing() const;
  /// Waits until nothing is being written, or the writing hangs; false after `longest`.
  bool wait(std::chrono::milliseconds longest);
  /// What no later write can mend, else nullptr: an IoError that names the file and the seconds
  /// once the writing hangs; a DataError that names array and value for latents that are no
  /// numbers.
  std::exception_ptr failure() const;
  /// How the last write ended, once.
  std::optional<CheckpointRecord> take_result();

 private:
  struct State;

  storage::CheckpointData compose(worker::StageSnapshot snapshot);

  storage::CheckpointData base_;
  const worker::RenderTask& task_;
  Outputs outputs_;
  FilePatience patience_;
  int item_ = -1;                                 ///< whose stages these are
  std::vector<storage::CheckpointStage> stages_;  ///< finished ones
  std::shared_ptr<State> state_;                  ///< shared with the thread
  FileThread thread_;
};

}  // namespace tessera::coordinator
