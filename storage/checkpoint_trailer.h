#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string_view>

namespace tessera::storage {

/// A checkpoint file ends in 48 bytes that HDF5 ignores: "TSRTRAIL", the length of everything
/// before them as a little-endian 64-bit number, and the SHA-256 of it.
inline constexpr std::size_t kTrailerBytes = 48;

/// \param digest  64 hexadecimal digits.
std::array<std::byte, kTrailerBytes> make_trailer(std::uint64_t length, std::string_view digest);

/// Reads the whole file and compares it with its trailer, so that no damaged byte reaches HDF5.
/// Returns the length of the HDF5 part.
/// \throws DataError naming both values for any other length, mark or digest; MissingFileError,
///         IoError.
std::uint64_t check_trailer(const std::filesystem::path& file);

}  // namespace tessera::storage
