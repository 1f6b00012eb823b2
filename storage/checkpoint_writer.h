#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <set>
#include <utility>

#include "storage/checkpoint_data.h"
#include "storage/checkpoint_names.h"  // checkpoint_name()

namespace tessera::storage {

/// The steps of writing one checkpoint, in their order.
enum class CheckpointPhase {
  Create,      ///< the temporary file is about to be made
  Content,     ///< some of the datasets are written
  Close,       ///< all are written, the HDF5 part is about to be closed
  Trailer,     ///< closed; the trailer is about to be appended
  Verify,      ///< complete under its temporary name; about to be read back
  Sync,        ///< read back and equal; about to be synced
  Rename,      ///< synced; about to get its name
  SyncFolder,  ///< named; its folder is about to be synced
  Prune,       ///< safe; older files are about to be deleted
};

/// A checkpoint that lies complete under its name.
struct WrittenCheckpoint {
  std::filesystem::path file;
  std::uint64_t bytes = 0;
};

/// Writes checkpoints into a folder so that a name means a complete, verified file, and deletes
/// those that newer ones replace. Makes no MPI and no torch call; used from one thread at a time.
class CheckpointWriter {
 public:
  /// \param keep     running files of the item to keep, >= 1; the files of its stage ends stay.
  /// \param on_phase called at the begin of every phase; may be empty.
  CheckpointWriter(std::filesystem::path folder, int keep,
                   std::function<void(CheckpointPhase)> on_phase = {});

  /// Files of these items are not deleted until the run itself writes one of their item: an earlier
  /// start left those items unfinished.
  void spare(std::set<int> items) { spared_ = std::move(items); }

  /// Creates the folder where it does not exist, but not the run directory that holds it: one that
  /// has vanished is not made anew. An existing file of that name is replaced. On an
  /// error no temporary file is left and every older checkpoint is as it was.
  /// Deletes what superseded_checkpoints() names; files that cannot be deleted stay. Equal data
  /// gives equal bytes. Holds a copy of the file in memory meanwhile.
  /// \throws CannotCreateError, IoError naming the file and the system's reason; DataError if
  ///         `data` contradicts itself or has values that are not finite.
  WrittenCheckpoint write(const CheckpointData& data);
  /// The file of a checkpoint that stands there.
  std::filesystem::path path_of(const CheckpointProgress& progress) const {
    return folder_ / checkpoint_name(progress);
  }

 private:
  std::filesystem::path folder_;
  int keep_;
  std::set<int> spared_;
  std::function<void(CheckpointPhase)> on_phase_;
};

}  // namespace tessera::storage
