#include "storage/checkpoint_trailer.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <span>
#include <string>
#include <vector>

#include "storage/content_digest.h"
#include "storage/file_descriptor.h"
#include "storage/storage_error.h"

namespace tessera::storage {
namespace {

constexpr std::string_view kMark = "TSRTRAIL";
constexpr std::size_t kLengthAt = 8;
constexpr std::size_t kDigestAt = 16;
constexpr std::size_t kReadBytes = std::size_t{1} << 20;

unsigned nibble(char digit) {
  return static_cast<unsigned>(digit <= '9' ? digit - '0' : digit - 'a' + 10);
}

std::string hex(std::span<const std::byte> bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  for (const std::byte byte : bytes) {
    text += kDigits[std::to_integer<unsigned>(byte) >> 4];
    text += kDigits[std::to_integer<unsigned>(byte) & 15];
  }
  return text;
}

std::uint64_t length_in(std::span<const std::byte> trailer) {
  std::uint64_t length = 0;
  for (std::size_t i = 0; i < 8; ++i) {
    length |= std::to_integer<std::uint64_t>(trailer[kLengthAt + i]) << (8 * i);
  }
  return length;
}

/// Fills `target` with the next bytes of the file. \throws DataError if it ends before.
void read_all(int descriptor, std::span<std::byte> target, const std::filesystem::path& file) {
  while (!target.empty()) {
    const ssize_t count = ::read(descriptor, target.data(), target.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) throw IoError(system_message("cannot read", file, errno));
    if (count == 0) throw DataError(file.string() + ": the file was shortened while it was read");
    target = target.subspan(static_cast<std::size_t>(count));
  }
}

std::string digest_of_part(int descriptor, std::uint64_t length,
                           const std::filesystem::path& file) {
  ContentDigest digest;
  std::vector<std::byte> buffer(std::min<std::uint64_t>(length, kReadBytes));
  while (length > 0) {
    const auto part = std::span(buffer).first(std::min<std::uint64_t>(length, buffer.size()));
    read_all(descriptor, part, file);
    digest.add(part);
    length -= part.size();
  }
  return digest.hex();
}

}  // namespace

std::array<std::byte, kTrailerBytes> make_trailer(std::uint64_t length, std::string_view digest) {
  std::array<std::byte, kTrailerBytes> trailer = {};
  std::memcpy(trailer.data(), kMark.data(), kMark.size());
  for (std::size_t i = 0; i < 8; ++i) {
    trailer[kLengthAt + i] = static_cast<std::byte>(length >> (8 * i));
  }
  for (std::size_t i = 0; i < kTrailerBytes - kDigestAt; ++i) {
    trailer[kDigestAt + i] =
        static_cast<std::byte>(nibble(digest.at(2 * i)) << 4 | nibble(digest.at(2 * i + 1)));
  }
  return trailer;
}

std::uint64_t check_trailer(const std::filesystem::path& file) {
  const FileDescriptor input = open_for_reading(file);
  struct stat status = {};
  if (::fstat(input.get(), &status) != 0) throw IoError(system_message("cannot stat", file, errno));
  const auto size = static_cast<std::uint64_t>(status.st_size);
  const std::string size_text = std::to_string(size) + " bytes";
  if (size <= kTrailerBytes) {
    throw DataError(file.string() + ": " + size_text + " are too few for a checkpoint");
  }
  const std::uint64_t length = size - kTrailerBytes;
  const std::string actual = digest_of_part(input.get(), length, file);
  std::array<std::byte, kTrailerBytes> trailer = {};
  read_all(input.get(), trailer, file);
  if (std::memcmp(trailer.data(), kMark.data(), kMark.size()) != 0) {
    throw DataError(file.string() + ": its last " + std::to_string(kTrailerBytes) + " of " +
                    size_text + " do not begin with " + std::string(kMark) +
                    ": the file was cut off, or it is no checkpoint");
  }
  if (length_in(trailer) != length) {
    throw DataError(file.string() + ": its trailer stands after " + std::to_string(length) +
                    " bytes and says " + std::to_string(length_in(trailer)));
  }
  const std::string stored = hex(std::span(trailer).subspan(kDigestAt));
  if (actual != stored) {
    throw DataError(file.string() + ": damaged: the SHA-256 of its content is " + actual +
                    ", its trailer says " + stored);
  }
  return length;
}

}  // namespace tessera::storage
