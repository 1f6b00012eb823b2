#include "storage/zip_archive.h"

#include <zlib.h>

#include <algorithm>
#include <new>
#include <utility>
#include <vector>

#include "storage/quoted_text.h"
#include "storage/storage_error.h"
#include "storage/zip_directory.h"

namespace tessera::storage {
namespace {

using Entry = ZipArchive::Entry;

constexpr std::uint16_t kEncrypted = 1;  // bit 0 of the general purpose flags

[[noreturn]] void refuse(const std::filesystem::path& path, const std::string& what) {
  throw DataError(path.string() + ": " + what);
}

std::string entry_text(const std::string& name) { return "entry " + quoted_text(name) + " "; }

Entry checked_entry(const ZipEntry& claimed, const std::filesystem::path& path) {
  const auto fault = [&](const std::string& what) {
    refuse(path, entry_text(claimed.name) + what);
  };
  if ((claimed.flags & kEncrypted) != 0) fault("is encrypted");
  if (claimed.method != 0 && claimed.method != Z_DEFLATED) {
    fault("is compressed by method " + std::to_string(claimed.method) +
          "; stored and deflated ones are read");
  }
  const bool is_stored = claimed.method == 0;
  if (is_stored && claimed.packed.size() != claimed.bytes) {
    fault("is stored, but claims " + std::to_string(claimed.bytes) + " bytes unpacked, " +
          std::to_string(claimed.packed.size()) + " packed");
  }
  return {is_stored ? Entry::Method::Stored : Entry::Method::Deflated, claimed.bytes, claimed.crc,
          claimed.packed};
}

bool leaves_the_archive(const std::string& name) {
  if (name.starts_with('/') || name.find('\\') != std::string::npos) return true;
  const std::filesystem::path path(name);
  return std::find(path.begin(), path.end(), "..") != path.end();
}

void check_name(const std::filesystem::path& path, const std::string& name) {
  const bool has_control = name.empty() || std::any_of(name.begin(), name.end(), [](char c) {
                             return static_cast<unsigned char>(c) < 0x20;
                           });
  if (has_control || leaves_the_archive(name)) {
    refuse(path, entry_text(name) + "has a name that leaves the archive, or cannot be a name");
  }
}

/// Bytes that two entries share are a way to make a small file unpack to a large one.
void check_overlap(const std::filesystem::path& path, const std::map<std::string, Entry>& entries) {
  std::vector<std::pair<const std::byte*, const std::string*>> order;
  for (const auto& [name, entry] : entries) {
    if (!entry.packed.empty()) order.emplace_back(entry.packed.data(), &name);
  }
  std::sort(order.begin(), order.end());
  for (std::size_t i = 1; i < order.size(); ++i) {
    const Entry& before = entries.at(*order[i - 1].second);
    if (before.packed.data() + before.packed.size() > order[i].first) {
      refuse(path, entry_text(*order[i].second) + "overlaps " + entry_text(*order[i - 1].second));
    }
  }
}

/// Raw deflate. Never writes more than the directory claims.
std::string inflated(const Entry& entry) {
  std::string text(entry.bytes, '\0');
  z_stream stream = {};
  // zlib does not write to what it reads.
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<std::byte*>(entry.packed.data()));
  stream.avail_in = static_cast<uInt>(entry.packed.size());
  stream.next_out = reinterpret_cast<Bytef*>(text.data());
  stream.avail_out = static_cast<uInt>(text.size());
  if (inflateInit2(&stream, -MAX_WBITS) != Z_OK) throw std::bad_alloc();
  const int code = inflate(&stream, Z_FINISH);
  inflateEnd(&stream);
  text.resize(code == Z_STREAM_END ? stream.total_out : 0);
  return text;
}

std::uint32_t crc_of(std::span<const std::byte> bytes) {
  return static_cast<std::uint32_t>(
      crc32_z(crc32_z(0, nullptr, 0), reinterpret_cast<const Bytef*>(bytes.data()), bytes.size()));
}

}  // namespace

ZipArchive::ZipArchive(std::filesystem::path path, MappedFile file)
    : path_(std::move(path)), file_(std::move(file)) {}

ZipArchive ZipArchive::open(const std::filesystem::path& path) {
  ZipArchive archive(path, MappedFile::open(path));
  for (const ZipEntry& claimed : read_zip_directory(archive.file_.bytes(), path)) {
    check_name(path, claimed.name);
    if (!archive.entries_.emplace(claimed.name, checked_entry(claimed, path)).second) {
      refuse(path, entry_text(claimed.name) + "comes twice");
    }
  }
  check_overlap(path, archive.entries_);
  return archive;
}

const ZipArchive::Entry& ZipArchive::entry(const std::string& name) const {
  const auto found = entries_.find(name);
  if (found == entries_.end()) refuse(path_, entry_text(name) + "is missing");
  return found->second;
}

void ZipArchive::check_crc(const std::string& name, std::span<const std::byte> unpacked) const {
  const Entry& entry = this->entry(name);
  if (unpacked.size() == entry.bytes && crc_of(unpacked) == entry.crc) return;
  refuse(path_, entry_text(name) + "is damaged: its checksum differs from that of the directory");
}

std::string ZipArchive::read(const std::string& name, std::uint64_t limit_bytes) const {
  const Entry& entry = this->entry(name);
  if (std::max<std::uint64_t>(entry.bytes, entry.packed.size()) > limit_bytes) {
    refuse(path_, entry_text(name) + "claims " + std::to_string(entry.bytes) + " bytes, at most " +
                      std::to_string(limit_bytes) + " are read");
  }
  std::string text =
      entry.method == Entry::Method::Deflated
          ? inflated(entry)
          : std::string(reinterpret_cast<const char*>(entry.packed.data()), entry.packed.size());
  check_crc(name, std::as_bytes(std::span(text.data(), text.size())));
  return text;
}

std::span<const std::byte> ZipArchive::stored(const std::string& name) const {
  const Entry& entry = this->entry(name);
  if (entry.method != Entry::Method::Stored) refuse(path_, entry_text(name) + "is compressed");
  return entry.packed;
}

void ZipArchive::verify(const std::string& name) const { check_crc(name, stored(name)); }

}  // namespace tessera::storage
