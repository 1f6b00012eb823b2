#include "launch/storage_check.h"

#include <unistd.h>

#include <chrono>
#include <string>
#include <system_error>

#include "launch/formatted_text.h"
#include "storage/checkpoint_reader.h"
#include "storage/checkpoint_writer.h"

namespace tessera::launch {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t kLatentSide = 512;  // of 4096 x 4096 pixels
constexpr double kMebibyte = 1024.0 * 1024.0;
constexpr double kSlow = 30;  // seconds; a checkpoint is due every minute

storage::CheckpointData sample() {
  storage::CheckpointData data;
  data.created_utc = "1970-01-01T00:00:00Z";
  data.writer_version = "doctor";
  data.config_hash = data.plan_hash = std::string(64, '0');
  data.mode = "paper";
  data.config_yaml = "version: 1\n";
  data.picture_keys = "{}";
  data.progress.next_step = 1;
  data.progress.steps = 2;
  data.x.shape = {1, 4, kLatentSide, kLatentSide};
  data.x.values.resize(static_cast<std::size_t>(4 * kLatentSide * kLatentSide));
  for (std::size_t k = 0; k < data.x.values.size(); ++k) {
    data.x.values[k] = static_cast<float>(k % 1009);
  }
  return data;
}

/// A folder that goes away with its content.
class ScratchFolder {
 public:
  explicit ScratchFolder(const fs::path& parent)
      : path_(parent / (".tessera-doctor-" + std::to_string(getpid()))) {}
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;
  ~ScratchFolder() {
    std::error_code ignored;  // a folder that stays is no finding of its own
    fs::remove_all(path_, ignored);
  }
  const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

}  // namespace

Finding check_storage(const fs::path& run_folder) {
  // A render creates its run folder, so the place to try is the nearest folder that is there.
  fs::path folder = fs::absolute(run_folder).lexically_normal();
  while (!fs::exists(folder) && folder.has_relative_path()) folder = folder.parent_path();
  const ScratchFolder scratch(folder);
  try {
    const auto begin = std::chrono::steady_clock::now();
    const storage::WrittenCheckpoint written =
        storage::CheckpointWriter(scratch.path(), 1).write(sample());
    storage::read_checkpoint(written.file);
    const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - begin;
    const double free_gib = static_cast<double>(fs::space(folder).available) / kMebibyte / 1024;
    const std::string text = formatted(
        "checkpoints: %.1f MiB written, synced and read back in %.2f s, %.1f GiB free in ",
        static_cast<double>(written.bytes) / kMebibyte, taken.count(), free_gib);
    if (taken.count() > kSlow) {
      return {Finding::Level::Warn, text + folder.string() +
                                        ". Raise checkpoint.every, or put output.run_dir on a "
                                        "faster disk."};
    }
    return {Finding::Level::Ok, text + folder.string()};
  } catch (const std::exception& error) {
    return {Finding::Level::Fail, std::string("checkpoints: ") + error.what()};
  }
}

}  // namespace tessera::launch
