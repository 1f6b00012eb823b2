#include "storage/atomic_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <string>
#include <utility>

#include "storage/storage_error.h"

namespace tessera::storage {
namespace {

constexpr std::size_t kBufferBytes = std::size_t{1} << 18;
constexpr std::string_view kMark = ".tmp-";

std::filesystem::path folder_of(const std::filesystem::path& path) {
  return path.has_parent_path() ? path.parent_path() : std::filesystem::path(".");
}

void write_all(int descriptor, std::span<const std::byte> bytes,
               const std::filesystem::path& path) {
  while (!bytes.empty()) {
    const ssize_t count = ::write(descriptor, bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) throw IoError(system_message("cannot write", path, errno));
    bytes = bytes.subspan(static_cast<std::size_t>(count));
  }
}

}  // namespace

AtomicFile::AtomicFile(std::filesystem::path path) : path_(std::move(path)) {
  if (!path_.has_filename()) {
    throw CannotCreateError("\"" + path_.string() + "\": not the name of a file");
  }
  std::string stem(".");
  stem.append(path_.filename().string()).append(kMark).append(std::to_string(::getpid()) + "-");
  for (int attempt = 0; !file_.is_open(); ++attempt) {
    std::filesystem::path candidate = folder_of(path_) / (stem + std::to_string(attempt));
    file_ =
        FileDescriptor(::open(candidate.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666));
    if (file_.is_open()) {
      temporary_ = std::move(candidate);
    } else if (errno != EEXIST || attempt == 1000) {
      throw CannotCreateError(system_message("cannot create", path_, errno) +
                              ". Choose a folder that can be written to.");
    }
  }
  buffer_.reserve(kBufferBytes);
}

AtomicFile::~AtomicFile() {
  if (!temporary_.empty()) ::unlink(temporary_.c_str());
}

AtomicFile::AtomicFile(AtomicFile&& other) noexcept
    : path_(std::move(other.path_)),
      temporary_(std::exchange(other.temporary_, {})),
      file_(std::move(other.file_)),
      buffer_(std::move(other.buffer_)) {}

void AtomicFile::write(std::span<const std::byte> bytes) {
  if (buffer_.size() + bytes.size() > kBufferBytes) flush();
  if (bytes.size() >= kBufferBytes) {
    write_all(file_.get(), bytes, path_);
  } else {
    buffer_.insert(buffer_.end(), bytes.begin(), bytes.end());
  }
}

void AtomicFile::write(std::string_view text) {
  write(std::as_bytes(std::span(text.data(), text.size())));
}

void AtomicFile::flush() {
  write_all(file_.get(), buffer_, path_);
  buffer_.clear();
}

void AtomicFile::commit() {
  flush();
  sync();
  rename();
  sync_folder();
}

void AtomicFile::sync() {
  if (::fsync(file_.get()) != 0) throw IoError(system_message("cannot sync", path_, errno));
  if (::close(file_.release()) != 0) throw IoError(system_message("cannot close", path_, errno));
}

void AtomicFile::rename() {
  if (::rename(temporary_.c_str(), path_.c_str()) != 0) {
    throw CannotCreateError(system_message("cannot give the finished file its name", path_, errno));
  }
  temporary_.clear();
}

// A rename is on disk only when its folder is.
void AtomicFile::sync_folder() { sync_folder_of(path_); }

void sync_folder_of(const std::filesystem::path& path) {
  const std::filesystem::path folder = folder_of(path);
  const FileDescriptor handle(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!handle.is_open()) throw IoError(system_message("cannot open", folder, errno));
  // File systems that cannot sync a folder say EINVAL or ENOTSUP.
  if (::fsync(handle.get()) != 0 && errno != EINVAL && errno != ENOTSUP) {
    throw IoError(system_message("cannot sync", folder, errno));
  }
}

bool is_leftover(const std::filesystem::path& path) {
  const std::string name = path.filename().string();
  const std::size_t mark = name.rfind(kMark);
  if (!name.starts_with('.') || mark == std::string::npos) return false;
  const std::string_view rest = std::string_view(name).substr(mark + kMark.size());
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  const std::size_t dash = rest.find('-');
  if (dash == std::string_view::npos || dash == 0 || dash + 1 == rest.size()) return false;
  return std::all_of(rest.begin(), rest.begin() + static_cast<std::ptrdiff_t>(dash), is_digit) &&
         std::all_of(rest.begin() + static_cast<std::ptrdiff_t>(dash) + 1, rest.end(), is_digit);
}

}  // namespace tessera::storage
