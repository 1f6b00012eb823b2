#include "storage/safetensors_file.h"

#include <algorithm>
#include <cstdint>
#include <string_view>
#include <utility>

#include "storage/mapped_file.h"
#include "storage/safetensors_header.h"
#include "storage/storage_error.h"

namespace tessera::storage {
namespace {

constexpr std::uint64_t kLengthBytes = 8;
constexpr std::uint64_t kHeaderLimitBytes = 100'000'000;  // the limit of the format

std::uint64_t header_bytes(std::span<const std::byte> file, const std::filesystem::path& path) {
  if (file.size() < kLengthBytes) {
    throw DataError(path.string() + ": truncated: " + std::to_string(file.size()) +
                    " bytes, a safetensors file has at least 8");
  }
  std::uint64_t length = 0;
  for (std::size_t i = 0; i < kLengthBytes; ++i) {
    length |= std::to_integer<std::uint64_t>(file[i]) << (8 * i);
  }
  if (length > kHeaderLimitBytes) {
    throw DataError(path.string() + ": not a safetensors file: a header of " +
                    std::to_string(length) + " bytes, at most 100000000 are allowed");
  }
  if (length > file.size() - kLengthBytes) {
    throw DataError(path.string() + ": truncated: the header has " + std::to_string(length) +
                    " bytes, the file " + std::to_string(file.size()));
  }
  return length;
}

std::string range_text(const SafetensorsHeader::Entry& entry) {
  return "[" + std::to_string(entry.begin) + "," + std::to_string(entry.end) + ")";
}

void check_entry(const SafetensorsHeader::Entry& entry, std::uint64_t data_bytes,
                 const std::filesystem::path& path) {
  if (entry.begin > entry.end || entry.end > data_bytes) {
    throw DataError(tensor_message(path, entry.name,
                                   "has the byte range " + range_text(entry) + ", the file holds " +
                                       std::to_string(data_bytes) +
                                       " bytes of tensors. Is it truncated?"));
  }
  const std::optional<std::uint64_t> expected = tensor_bytes(entry.shape, entry.dtype);
  if (!expected || *expected != entry.end - entry.begin) {
    throw DataError(tensor_message(
        path, entry.name,
        "is " + std::string(dtype_name(entry.dtype)) + " " + shape_text(entry.shape) + ", " +
            (expected ? std::to_string(*expected) + " bytes" : "more bytes than can be counted") +
            ", but has " + std::to_string(entry.end - entry.begin)));
  }
}

/// The ranges, sorted, must tile the data: no overlap, no hole, no byte left.
void check_cover(std::vector<SafetensorsHeader::Entry>& entries, std::uint64_t data_bytes,
                 const std::filesystem::path& path) {
  std::sort(entries.begin(), entries.end(), [](const auto& a, const auto& b) {
    return std::pair(a.begin, a.end) < std::pair(b.begin, b.end);
  });
  std::uint64_t covered = 0;
  for (const SafetensorsHeader::Entry& entry : entries) {
    if (entry.begin != covered) {
      const char* fault = entry.begin < covered ? "overlaps another tensor" : "follows a hole";
      throw DataError(tensor_message(path, entry.name,
                                     std::string(fault) + ": its byte range is " +
                                         range_text(entry) + ", the tensors before it end at " +
                                         std::to_string(covered)));
    }
    covered = entry.end;
  }
  if (covered != data_bytes) {
    throw DataError(path.string() + ": " + std::to_string(data_bytes - covered) +
                    " bytes after the last tensor belong to none");
  }
}

}  // namespace

struct SafetensorsFile::Contents {
  std::filesystem::path path;
  MappedFile file;
  std::map<std::string, TensorView> tensors;
  std::map<std::string, std::string> metadata;
};

SafetensorsFile::SafetensorsFile(std::shared_ptr<const Contents> contents)
    : contents_(std::move(contents)) {}

SafetensorsFile SafetensorsFile::open(const std::filesystem::path& path) {
  auto contents = std::make_shared<Contents>(Contents{path, MappedFile::open(path), {}, {}});
  const std::span<const std::byte> all = contents->file.bytes();
  const std::uint64_t length = header_bytes(all, path);
  const std::span<const std::byte> header = all.subspan(kLengthBytes, length);
  const std::span<const std::byte> data = all.subspan(kLengthBytes + length);

  SafetensorsHeader parsed =
      parse_safetensors_header({reinterpret_cast<const char*>(header.data()), header.size()}, path);
  for (const SafetensorsHeader::Entry& entry : parsed.entries) {
    check_entry(entry, data.size(), path);
  }
  check_cover(parsed.entries, data.size(), path);
  for (SafetensorsHeader::Entry& entry : parsed.entries) {
    TensorView view{entry.name, entry.dtype, std::move(entry.shape),
                    data.subspan(entry.begin, entry.end - entry.begin)};
    contents->tensors.emplace(std::move(entry.name), std::move(view));
  }
  contents->metadata = std::move(parsed.metadata);
  return SafetensorsFile(std::move(contents));
}

const std::filesystem::path& SafetensorsFile::path() const { return contents_->path; }

const TensorView* SafetensorsFile::find(const std::string& name) const {
  const auto found = contents_->tensors.find(name);
  return found == contents_->tensors.end() ? nullptr : &found->second;
}

const std::map<std::string, TensorView>& SafetensorsFile::tensors() const {
  return contents_->tensors;
}

const std::map<std::string, std::string>& SafetensorsFile::metadata() const {
  return contents_->metadata;
}

}  // namespace tessera::storage
