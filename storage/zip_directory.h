#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

namespace tessera::storage {

/// What the directory of a zip file says of one entry.
struct ZipEntry {
  std::string name;
  std::uint16_t flags = 0;
  std::uint16_t method = 0;  ///< 0 stored, 8 deflated
  std::uint32_t crc = 0;     ///< of the unpacked bytes
  std::uint64_t bytes = 0;   ///< unpacked
  std::span<const std::byte> packed;
};

/// Reads the directory at the end of a zip file, zip64 or not (APPNOTE.TXT 4.3), and compares the
/// header before every entry with it. Own code, since the entries of torch's files have to be found
/// in the mapping, at any offset: libzip does not tell where an entry lies, and minizip 1.1 loses
/// offsets beyond 4 GiB.
/// \param path  for messages.
/// \throws DataError naming file, entry and fault: no directory, one that does not end the file,
///         entries outside of the file, a header that differs.
std::vector<ZipEntry> read_zip_directory(std::span<const std::byte> file,
                                         const std::filesystem::path& path);

}  // namespace tessera::storage
