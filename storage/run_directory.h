#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <utility>

namespace tessera::storage {

/// The folder of one run. Layout: run.yaml, manifest.json, report.json, LOCK, images/,
/// checkpoints/, logs/; other folders come with the files in them. Const access from any thread;
/// used by rank 0.
class RunDirectory {
 public:
  /// Creates the folder, images/ and logs/ where they do not exist, and tries that a file can be
  /// written.
  /// \throws CannotCreateError with the system's reason and the key to change.
  static RunDirectory create(const std::filesystem::path& root);

  const std::filesystem::path& root() const { return root_; }
  std::filesystem::path logs() const { return root_ / "logs"; }
  std::filesystem::path checkpoints() const { return root_ / "checkpoints"; }
  std::filesystem::path lock_file() const { return root_ / "LOCK"; }

  /// The path of a file below the root; creates the folders between. A root that has vanished is
  /// not made anew.
  /// \param name  relative, e.g. "images/00001_123_1024x1024.png".
  /// \throws NamePatternError if it leaves the root, CannotCreateError.
  std::filesystem::path file(std::string_view name) const;

  /// RUN/STOP, which asks the run to save its state and stop.
  std::filesystem::path stop_file() const { return root_ / "STOP"; }
  /// Writes run.yaml, report.json and the like in one step.
  /// \throws as file(), IoError.
  void write_text(std::string_view name, std::string_view text) const;

  /// Removes the temporary files that a killed run left behind; call while holding the lock.
  /// Returns their number; files that cannot be removed stay.
  int remove_leftovers() const;

 private:
  explicit RunDirectory(std::filesystem::path root) : root_(std::move(root)) {}
  std::filesystem::path root_;
};

}  // namespace tessera::storage
