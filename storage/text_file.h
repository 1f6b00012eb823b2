#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

namespace tessera::storage {

/// The whole content of a file of at most `limit_bytes`.
/// \throws MissingFileError, DataError for a larger file or one that is not regular, IoError.
std::string read_text(const std::filesystem::path& path, std::uint64_t limit_bytes = 100'000'000);

/// Replaces `path` by `text` in one step (AtomicFile): readers see the old or the new content.
/// \throws CannotCreateError, IoError.
void write_text(const std::filesystem::path& path, std::string_view text);

}  // namespace tessera::storage
