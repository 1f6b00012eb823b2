#pragma once

#include <filesystem>

namespace tessera::cli {

/// A file system of a few MiB at a folder, seen by this process and those that it starts, and by
/// no other: the process moves to a mount namespace of its own. Needs the superuser.
class SmallDisk {
 public:
  /// Creates the folder.
  explicit SmallDisk(std::filesystem::path folder);
  ~SmallDisk();
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;

  /// False where mounting is not permitted: then nothing below has an effect.
  bool mounted() const { return mounted_; }

  /// Leaves no room for another byte.
  void fill() const;
  void make_room() const;

  /// Files that are opened from now on can only be read; open ones stay as they are.
  void forbid_writing();
  void permit_writing();

 private:
  std::filesystem::path filler() const { return folder_ / "filler"; }

  std::filesystem::path folder_;
  bool mounted_ = false;
  bool read_only_ = false;
};

}  // namespace tessera::cli
