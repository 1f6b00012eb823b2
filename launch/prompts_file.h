#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace tessera::launch {

/// The prompts of a text file: one per line; blank lines and lines that start with # are skipped,
/// blanks at both ends and a byte order mark are dropped.
/// \throws configs::ConfigError for another kind of file or one without prompts;
///         storage::MissingFileError, IoError.
std::vector<std::string> read_prompts(const std::filesystem::path& file);

}  // namespace tessera::launch
