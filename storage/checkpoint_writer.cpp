#include "storage/checkpoint_writer.h"

#include <unistd.h>

#include <cerrno>
#include <stdexcept>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "storage/atomic_file.h"
#include "storage/checkpoint_digest.h"
#include "storage/checkpoint_layout.h"
#include "storage/checkpoint_reader.h"
#include "storage/checkpoint_rules.h"
#include "storage/checkpoint_trailer.h"
#include "storage/content_digest.h"
#include "storage/file_descriptor.h"  // system_message()
#include "storage/h5_file_writer.h"
#include "storage/storage_error.h"

namespace tessera::storage {
namespace {

namespace fs = std::filesystem;

void create_folder(const fs::path& folder) {
  std::error_code error;
  if (!fs::create_directory(folder, error) && !error) return;
  if (error) {
    throw CannotCreateError(system_message("cannot create the folder", folder, error.value()) +
                            ". Choose another output.run_dir.");
  }
  sync_folder_of(fs::absolute(folder).lexically_normal());
}

/// Writes the HDF5 part and the trailer; returns the bytes of both.
std::uint64_t write_content(AtomicFile& file, const CheckpointData& data,
                            const std::function<void(CheckpointPhase)>& on_phase) {
  const CheckpointLayout layout(data);
  const std::vector<std::byte> part =
      h5_file_bytes(layout, checkpoint_digest(layout),
                    {.amid_datasets = [&] { on_phase(CheckpointPhase::Content); },
                     .before_close = [&] { on_phase(CheckpointPhase::Close); }});
  file.write(part);
  file.flush();
  on_phase(CheckpointPhase::Trailer);
  ContentDigest digest;
  digest.add(part);
  file.write(make_trailer(part.size(), digest.hex()));
  file.flush();
  return part.size() + kTrailerBytes;
}

void verify(const AtomicFile& file, const CheckpointData& data) {
  const std::string prefix = file.path().string() + ": what was written ";
  try {
    if (read_checkpoint(file.temporary()) == data) return;
  } catch (const std::runtime_error& error) {
    throw IoError(prefix + "cannot be read back: " + error.what());
  }
  throw IoError(prefix + "differs from what should have been written");
}

}  // namespace

CheckpointWriter::CheckpointWriter(fs::path folder, int keep,
                                   std::function<void(CheckpointPhase)> on_phase)
    : folder_(std::move(folder)), keep_(keep), on_phase_(std::move(on_phase)) {
  if (keep_ < 1) {
    throw std::invalid_argument("keep = " + std::to_string(keep_) + " checkpoints; at least 1");
  }
  if (!on_phase_) on_phase_ = [](CheckpointPhase) {};
}

WrittenCheckpoint CheckpointWriter::write(const CheckpointData& data) {
  const CheckpointName name = name_of(data.progress);
  const fs::path path = path_of(data.progress);
  check_checkpoint_progress(data.progress, path);
  check_checkpoint_shapes(data, path);
  check_checkpoint_values(data, path);
  create_folder(folder_);
  on_phase_(CheckpointPhase::Create);
  AtomicFile file(path);
  const std::uint64_t bytes = write_content(file, data, on_phase_);
  on_phase_(CheckpointPhase::Verify);
  verify(file, data);
  on_phase_(CheckpointPhase::Sync);
  file.sync();
  on_phase_(CheckpointPhase::Rename);
  file.rename();
  on_phase_(CheckpointPhase::SyncFolder);
  file.sync_folder();
  on_phase_(CheckpointPhase::Prune);
  spared_.erase(name.item);
  for (const fs::path& old :
       superseded_checkpoints(list_checkpoints(folder_), name, keep_, spared_)) {
    ::unlink(old.c_str());
  }
  return {.file = path, .bytes = bytes};
}

}  // namespace tessera::storage
