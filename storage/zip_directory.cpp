#include "storage/zip_directory.h"

#include <algorithm>
#include <optional>
#include <string_view>

#include "storage/quoted_text.h"
#include "storage/storage_error.h"

namespace tessera::storage {
namespace {

using Bytes = std::span<const std::byte>;

constexpr std::uint32_t kLocalMark = 0x04034b50;
constexpr std::uint32_t kEntryMark = 0x02014b50;
constexpr std::uint32_t kEndMark = 0x06054b50;
constexpr std::uint32_t kEnd64Mark = 0x06064b50;
constexpr std::uint32_t kLocator64Mark = 0x07064b50;
constexpr std::size_t kEndBytes = 22;
constexpr std::size_t kLocator64Bytes = 20;
constexpr std::size_t kLongestComment = 0xffff;
constexpr std::uint32_t kInExtra = 0xffffffff;  // the field stands in the zip64 extra field
constexpr std::uint16_t kExtra64 = 1;
constexpr std::uint16_t kSizesFollow = 8;  // flag: the header leaves sizes and checksum open

[[noreturn]] void refuse(const std::filesystem::path& path, const std::string& what) {
  throw DataError(path.string() + ": " + what);
}

/// Little-endian fields, one after the other. Past the end they are 0 and ok() is false.
class Fields {
 public:
  explicit Fields(Bytes bytes) : bytes_(bytes) {}

  std::uint64_t take(std::size_t size) {
    const Bytes taken = take_bytes(size);
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < taken.size(); ++i) {
      value |= std::to_integer<std::uint64_t>(taken[i]) << (8 * i);
    }
    return value;
  }
  std::uint16_t take16() { return static_cast<std::uint16_t>(take(2)); }
  std::uint32_t take32() { return static_cast<std::uint32_t>(take(4)); }
  Bytes take_bytes(std::size_t size) {
    if (size > bytes_.size()) {
      ok_ = false;
      return {};
    }
    const Bytes taken = bytes_.first(size);
    bytes_ = bytes_.subspan(size);
    return taken;
  }
  void skip(std::size_t size) { take_bytes(size); }

  bool ok() const { return ok_; }
  bool empty() const { return bytes_.empty(); }

 private:
  Bytes bytes_;
  bool ok_ = true;
};

/// The part of `file` from `begin` on; empty beyond its end.
Bytes from(Bytes file, std::uint64_t begin) {
  return begin <= file.size() ? file.subspan(begin) : Bytes();
}

struct Directory {
  std::uint64_t entries = 0;
  Bytes bytes;
};

/// Where the record at the end begins: it is followed by its comment and nothing else.
std::optional<std::size_t> find_end(Bytes file) {
  if (file.size() < kEndBytes) return std::nullopt;
  const std::size_t last = file.size() - kEndBytes;
  for (std::size_t comment = 0; comment <= std::min(last, kLongestComment); ++comment) {
    Fields fields(from(file, last - comment));
    if (fields.take32() != kEndMark) continue;
    fields.skip(kEndBytes - 6);
    if (fields.take16() == comment) return last - comment;
  }
  return std::nullopt;
}

/// The directory that the zip64 record before `end` speaks of, if there is one.
std::optional<Directory> find_directory64(Bytes file, std::size_t end,
                                          const std::filesystem::path& path) {
  if (end < kLocator64Bytes) return std::nullopt;
  Fields locator(from(file, end - kLocator64Bytes));
  if (locator.take32() != kLocator64Mark) return std::nullopt;
  locator.skip(4);
  Fields record(from(file, locator.take(8)));
  if (record.take32() != kEnd64Mark) refuse(path, "its zip64 directory is missing");
  record.skip(8 + 2 + 2 + 4 + 4 + 8);
  const std::uint64_t entries = record.take(8);
  const std::uint64_t size = record.take(8);
  const std::uint64_t begin = record.take(8);
  if (!record.ok() || begin > end || size > end - begin) {
    refuse(path, "its zip64 directory lies outside of the file");
  }
  return Directory{entries, file.subspan(begin, size)};
}

Directory find_directory(Bytes file, const std::filesystem::path& path) {
  const std::optional<std::size_t> end = find_end(file);
  if (!end) refuse(path, "the directory at the end of a zip file is missing. Is it truncated?");
  if (const auto wide = find_directory64(file, *end, path)) return *wide;
  Fields record(from(file, *end));
  record.skip(10);
  const std::uint64_t entries = record.take(2);
  const std::uint64_t size = record.take(4);
  const std::uint64_t begin = record.take(4);
  if (begin > *end || size > *end - begin) {
    refuse(path, "its directory lies outside of the file");
  }
  return {entries, file.subspan(begin, size)};
}

/// Takes what a zip64 extra field holds in the place of the fields that say so.
void take_extra64(Bytes extra, std::initializer_list<std::uint64_t*> fields) {
  Fields records(extra);
  while (records.ok() && !records.empty()) {
    const std::uint16_t id = records.take16();
    Fields record(records.take_bytes(records.take16()));
    if (id != kExtra64) continue;
    for (std::uint64_t* field : fields) {
      if (*field == kInExtra) *field = record.take(8);
    }
    return;
  }
}

std::string text_of(Bytes bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// Reads the header at `begin` and gives the bytes that follow it.
Bytes packed_bytes(Bytes file, std::uint64_t begin, std::uint64_t packed, const ZipEntry& entry,
                   const std::filesystem::path& path) {
  const auto fault = [&](const std::string& what) {
    refuse(path, "entry " + quoted_text(entry.name) + " " + what);
  };
  Fields header(from(file, begin));
  const bool is_marked = header.take32() == kLocalMark;
  header.skip(2);
  const std::uint16_t flags = header.take16();
  const std::uint16_t method = header.take16();
  header.skip(4);
  const std::uint32_t crc = header.take32();
  std::uint64_t there_packed = header.take32();
  std::uint64_t there_bytes = header.take32();
  const std::uint16_t name_bytes = header.take16();
  const std::uint16_t extra_bytes = header.take16();
  const std::string name = text_of(header.take_bytes(name_bytes));
  take_extra64(header.take_bytes(extra_bytes), {&there_bytes, &there_packed});
  const bool is_open = (flags & kSizesFollow) != 0;
  const bool agrees =
      is_open || (crc == entry.crc && there_packed == packed && there_bytes == entry.bytes);
  if (!is_marked || !header.ok() || !agrees || flags != entry.flags || method != entry.method ||
      name != entry.name) {
    fault("has a header that differs from the directory, or none");
  }
  const Bytes data = header.take_bytes(packed);
  if (!header.ok()) {
    fault("claims " + std::to_string(packed) + " bytes, more than the file has");
  }
  return data;
}

ZipEntry take_entry(Fields& directory, Bytes file, const std::filesystem::path& path) {
  ZipEntry entry;
  const bool is_marked = directory.take32() == kEntryMark;
  directory.skip(4);
  entry.flags = directory.take16();
  entry.method = directory.take16();
  directory.skip(4);
  entry.crc = directory.take32();
  std::uint64_t packed = directory.take32();
  entry.bytes = directory.take32();
  const std::uint16_t name_bytes = directory.take16();
  const std::uint16_t extra_bytes = directory.take16();
  const std::uint16_t comment_bytes = directory.take16();
  directory.skip(2 + 2 + 4);
  std::uint64_t begin = directory.take32();
  entry.name = text_of(directory.take_bytes(name_bytes));
  take_extra64(directory.take_bytes(extra_bytes), {&entry.bytes, &packed, &begin});
  directory.skip(comment_bytes);
  if (!is_marked || !directory.ok()) refuse(path, "the directory of the zip file is damaged");
  entry.packed = packed_bytes(file, begin, packed, entry, path);
  return entry;
}

}  // namespace

std::vector<ZipEntry> read_zip_directory(std::span<const std::byte> file,
                                         const std::filesystem::path& path) {
  const Directory directory = find_directory(file, path);
  std::vector<ZipEntry> entries;
  Fields fields(directory.bytes);
  while (!fields.empty()) entries.push_back(take_entry(fields, file, path));
  if (entries.size() != directory.entries) {
    refuse(path, "the directory of the zip file has " + std::to_string(entries.size()) +
                     " entries, not " + std::to_string(directory.entries));
  }
  return entries;
}

}  // namespace tessera::storage
