#pragma once

#include <filesystem>
#include <optional>

namespace tessera::storage {

/// What happens to an output that exists (`output.on_exists`).
enum class OnExists { Error, Skip, Overwrite, Suffix };

/// The path to write to: `path` if nothing is there or it may be replaced; with Suffix the first
/// free one of NAME_2, NAME_3, ... before the extension; nothing with Skip. \throws
/// CannotCreateError with Error if there is something, and always if it is a folder.
std::optional<std::filesystem::path> settle_existing(const std::filesystem::path& path,
                                                     OnExists on_exists);

}  // namespace tessera::storage
