#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "coordinator/file_patience.h"
#include "coordinator/output_writer.h"
#include "coordinator/picture_orders.h"
#include "coordinator/resume.h"
#include "coordinator/run_identity.h"
#include "launch/prepared_render.h"
#include "launch/render_request.h"
#include "launch/run_history.h"
#include "storage/run_directory.h"
#include "storage/run_lock.h"

namespace tessera::launch {

/// Where a render writes, on rank 0: run folder, lock, pictures and the copy of the last one; and
/// what an earlier start left there to go on from. Everything that can be refused is refused when
/// it is made, before any work.
class RunOutputs {
 public:
  /// Creates the run folder, takes its lock, reads its history, writes run.yaml. `render` outlives
  /// the object.
  /// \throws storage::CannotCreateError, LockedError, NamePatternError, IoError; the errors of
  ///         input_files(), check_files_of_picture() and read_history().
  RunOutputs(const PreparedRender& render, const RenderRequest& request);

  const storage::RunDirectory& run() const { return run_; }
  /// The dead holder of the lock that was taken over, or "".
  const std::string& lock_taken_from() const { return lock_.taken_from(); }
  std::filesystem::path log_directory() const;
  /// A writer of PNG files, on a thread of its own.
  std::unique_ptr<coordinator::OutputWriter> make_writer(
      const coordinator::FilePatience& patience) const;
  /// Items that need no rendering: their pictures are there.
  std::vector<int> complete_items() const { return orders_->complete_items(); }
  /// Containers that were made of frames that an earlier start had finished.
  const std::vector<std::filesystem::path>& finished_containers() const {
    return finished_containers_;
  }
  const RunHistory& history() const { return history_; }
  /// Where the run begins, once the complete items are left. \throws storage::DataError.
  coordinator::RunStart start() const;
  /// What manifest.json says at the begin of this start.
  coordinator::RunManifest manifest() const;
  /// Writes manifest.json as that of a finished run, where nothing is left to do: the last start
  /// may have died between its last picture and its end. Removes a file STOP if no
  /// item of the run is unfinished. \throws storage::IoError.
  void record_complete() const;
  /// What every checkpoint of this start says alike.
  storage::CheckpointData checkpoint_base() const;
  /// Copies the final picture to `-o`. Returns the path, or nothing if no copy was asked for or
  /// no item is selected.
  /// \throws storage::CannotCreateError, IoError.
  std::optional<std::filesystem::path> copy_final_picture() const;

 private:
  const PreparedRender& render_;
  storage::RunDirectory run_;
  storage::RunLock lock_;
  std::vector<coordinator::InputFile> files_;
  coordinator::RunIdentity identity_;
  RunHistory history_;
  /// Shared with the frame writer, whose thread may be left behind by a file system that hangs.
  std::shared_ptr<coordinator::PictureOrders> orders_;
  std::optional<std::filesystem::path> copy_to_;
  std::vector<std::filesystem::path> finished_containers_;
};

}  // namespace tessera::launch
