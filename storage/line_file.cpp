#include "storage/line_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <utility>

#include "storage/storage_error.h"

namespace tessera::storage {
namespace {

/// Whether the file ends within a line, as a full disk or a killed process leaves it.
bool ends_amid_a_line(int descriptor) {
  struct stat status = {};
  if (::fstat(descriptor, &status) != 0 || !S_ISREG(status.st_mode) || status.st_size == 0) {
    return false;
  }
  char last = '\n';
  return ::pread(descriptor, &last, 1, status.st_size - 1) == 1 && last != '\n';
}

}  // namespace

LineFile::LineFile(std::filesystem::path path) : path_(std::move(path)) {
  file_ = FileDescriptor(::open(path_.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0666));
  if (!file_.is_open()) {
    throw CannotCreateError(system_message("cannot open for writing", path_, errno) +
                            ". Move it away, or choose another folder (--run-dir or "
                            "output.run_dir).");
  }
  cut_short_ = ends_amid_a_line(file_.get());
}

void LineFile::add(std::string_view line) {
  std::string text(cut_short_ ? "\n" : "");
  text.append(line).append("\n");
  std::string_view rest = text;
  while (!rest.empty()) {
    const ssize_t count = ::write(file_.get(), rest.data(), rest.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) throw IoError(system_message("cannot write", path_, errno));
    rest.remove_prefix(static_cast<std::size_t>(count));
    cut_short_ = !rest.empty();
  }
}

}  // namespace tessera::storage
