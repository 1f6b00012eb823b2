#include "storage/text_file.h"

#include <unistd.h>

#include <array>
#include <cerrno>

#include "storage/atomic_file.h"
#include "storage/file_descriptor.h"
#include "storage/storage_error.h"

namespace tessera::storage {

std::string read_text(const std::filesystem::path& path, std::uint64_t limit_bytes) {
  const FileDescriptor file = open_for_reading(path);
  std::string text;
  std::array<char, 65536> buffer;
  for (;;) {
    const ssize_t count = ::read(file.get(), buffer.data(), buffer.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) throw IoError(system_message("cannot read", path, errno));
    if (count == 0) return text;
    text.append(buffer.data(), static_cast<std::size_t>(count));
    if (text.size() > limit_bytes) {
      throw DataError(path.string() + ": larger than the " + std::to_string(limit_bytes) +
                      " bytes expected of such a file");
    }
  }
}

void write_text(const std::filesystem::path& path, std::string_view text) {
  AtomicFile file(path);
  file.write(text);
  file.commit();
}

}  // namespace tessera::storage
