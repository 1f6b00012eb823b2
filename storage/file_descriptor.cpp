#include "storage/file_descriptor.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "storage/storage_error.h"

namespace tessera::storage {

void FileDescriptor::reset() {
  if (is_open()) ::close(release());
}

FileDescriptor open_for_reading(const std::filesystem::path& path) {
  // O_NONBLOCK: opening a pipe that nobody writes to must not wait.
  FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!file.is_open()) {
    const int error = errno;
    if (error == ENOENT || error == ENOTDIR) {
      throw MissingFileError(path.string() + ": no such file");
    }
    throw IoError(system_message("cannot open", path, error));
  }
  struct stat status = {};
  if (::fstat(file.get(), &status) != 0) throw IoError(system_message("cannot stat", path, errno));
  if (!S_ISREG(status.st_mode)) throw DataError(path.string() + ": not a regular file");
  return file;
}

std::string system_message(std::string_view what, const std::filesystem::path& path, int error) {
  return path.string() + ": " + std::string(what) + ": " + std::generic_category().message(error);
}

}  // namespace tessera::storage
