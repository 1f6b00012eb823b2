#include "tests/cli/small_disk.h"

#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <unistd.h>

#include <stdexcept>
#include <utility>
#include <vector>

#include "storage/file_descriptor.h"

namespace tessera::cli {
namespace {

constexpr const char* kSize = "size=8m";
constexpr std::size_t kPageBytes = 4096;  // what tmpfs gives out at a time

}  // namespace

SmallDisk::SmallDisk(std::filesystem::path folder) : folder_(std::move(folder)) {
  std::filesystem::create_directories(folder_);
  const bool apart =
      unshare(CLONE_NEWNS) == 0 && mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0;
  mounted_ = apart && mount("tessera", folder_.c_str(), "tmpfs", 0, kSize) == 0;
}

SmallDisk::~SmallDisk() {
  if (read_only_) umount2(folder_.c_str(), MNT_DETACH);
  if (mounted_) umount2(folder_.c_str(), MNT_DETACH);
}

void SmallDisk::fill() const {
  const storage::FileDescriptor file(::open(filler().c_str(), O_WRONLY | O_CREAT, 0600));
  const std::vector<char> page(kPageBytes);
  while (::write(file.get(), page.data(), page.size()) > 0) continue;
}

void SmallDisk::make_room() const { std::filesystem::remove(filler()); }

void SmallDisk::forbid_writing() {
  // A second mount over the first, since a mount with files open for writing stays writable.
  const char* path = folder_.c_str();
  read_only_ = mount(path, path, nullptr, MS_BIND, nullptr) == 0;
  if (!read_only_ ||
      mount(nullptr, path, nullptr, MS_REMOUNT | MS_BIND | MS_RDONLY, nullptr) != 0) {
    throw std::runtime_error("cannot make a mount read-only");
  }
}

void SmallDisk::permit_writing() {
  read_only_ = umount2(folder_.c_str(), MNT_DETACH) != 0;
  if (read_only_) throw std::runtime_error("cannot remove a read-only mount");
}

}  // namespace tessera::cli
