#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace tessera::storage {

/// One entry of a zip file for a test. What is set says what both headers claim instead of the
/// truth.
struct ZipMember {
  std::string name;
  std::string content;  ///< as it lies in the file
  std::uint16_t method = 0;
  std::uint16_t flags = 0;
  std::optional<std::uint32_t> crc = {};
  std::optional<std::uint32_t> packed_bytes = {};
  std::optional<std::uint32_t> bytes = {};
  std::optional<std::uint32_t> header_offset = {};  ///< in the directory
};

enum class ZipForm { Plain, Zip64 };

/// A zip file of the entries, in their order.
std::string zip_bytes(const std::vector<ZipMember>& members, ZipForm form = ZipForm::Plain);

/// The content as a deflated entry.
ZipMember deflated(const std::string& name, const std::string& content);

}  // namespace tessera::storage
