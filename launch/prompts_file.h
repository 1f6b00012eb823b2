#pragma once

#include <filesystem>

#include "configs/config_value.h"

namespace tessera::launch {

/// The entries of a prompts file as a list for the key `prompt`, each with its place; the key
/// checks fields and values (configs::checked_yaml).
///
/// By the ending of the name: .txt has a text per line, blank lines and lines that start with # are
/// skipped; .jsonl an object per line; .csv a record per prompt below one with the names of the
/// fields, an empty cell leaves its field out; .yaml a list. UTF-8, with or without a byte order
/// mark.
/// \throws configs::ConfigError with file:line for another kind of file, text that is not UTF-8 or
///         not of its form, or a file without prompts; storage::MissingFileError, IoError.
configs::ConfigValue read_prompts(const std::filesystem::path& file);

}  // namespace tessera::launch
