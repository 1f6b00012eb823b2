#include "storage/mapped_file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <cerrno>
#include <string>
#include <utility>

#include "storage/file_descriptor.h"
#include "storage/storage_error.h"

namespace tessera::storage {

MappedFile MappedFile::open(const std::filesystem::path& path) {
  const FileDescriptor file = open_for_reading(path);
  struct stat status = {};
  if (::fstat(file.get(), &status) != 0) throw IoError(system_message("cannot stat", path, errno));
  if (status.st_size == 0) return MappedFile(std::span<const std::byte>());
  const auto size = static_cast<std::size_t>(status.st_size);
  void* address = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file.get(), 0);
  if (address == MAP_FAILED) {
    const int error = errno;
    const std::string message = system_message("cannot map", path, error);
    if (error == ENOMEM) throw OutOfMemoryError(message);
    throw IoError(message);
  }
  return MappedFile({static_cast<const std::byte*>(address), size});
}

MappedFile::~MappedFile() {
  if (!bytes_.empty()) ::munmap(const_cast<std::byte*>(bytes_.data()), bytes_.size());
}

MappedFile::MappedFile(MappedFile&& other) noexcept : bytes_(std::exchange(other.bytes_, {})) {}

MappedFile& MappedFile::operator=(MappedFile&& other) noexcept {
  std::swap(bytes_, other.bytes_);
  return *this;
}

}  // namespace tessera::storage
