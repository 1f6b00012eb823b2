#pragma once

#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "comm/communicator.h"
#include "storage/row_band.h"
#include "worker/command.h"
#include "worker/outcome.h"
#include "worker/render_task.h"
#include "worker/stage_snapshot.h"

namespace tessera::worker {

/// Receives the rows of a finished stage's picture on rank 0, top to bottom.
using PictureRows = std::function<void(int item, int stage, storage::RowBand rows)>;

/// A rank failed inside a command whose collectives its peers have entered: it cannot join the
/// exchange of outcomes any more, and the job has to be aborted with `exit_code`.
class BrokenCollective : public std::runtime_error {
 public:
  BrokenCollective(int exit_code, const std::string& what)
      : std::runtime_error(what), exit_code_(exit_code) {}
  int exit_code() const { return exit_code_; }

 private:
  int exit_code_;
};

/// Executes commands on one rank. Torch-free face; used from one thread.
///
/// Errors of local work (loading, prompts, images) come back in the Outcome. Errors after the first
/// collective of a command throw BrokenCollective or comm::RankError.
class Worker {
 public:
  /// Splits the communicators of every stage from `world`: collective. `world` must outlive the
  /// worker. \param rows, keep  called on rank 0 only.
  Worker(RenderTask task, comm::Communicator& world, PictureRows rows, KeepSnapshot keep = {});
  ~Worker();
  Worker(Worker&&) noexcept;
  Worker& operator=(Worker&&) noexcept;

  /// Loads the networks. Local; no collective.
  Outcome load_models();
  /// Lets stages begin from snapshots: the next BeginStage of such an item and stage takes its
  /// state from there. The same on every rank; before the commands concerned.
  void restore(std::vector<StageSnapshot> snapshots);
  /// Executes one command. All ranks, in the same order.
  Outcome execute(const Command& command);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace tessera::worker
