#pragma once

#include <filesystem>
#include <string>

namespace tessera::cli {

/// A copy of the golden model in `folder` whose files are links, to be replaced one by one.
std::filesystem::path linked_model(const std::filesystem::path& folder);

/// Replaces a file of the model by its content with the first `from` exchanged for `to`. The same
/// length keeps the header of a safetensors file in place.
/// \throws std::runtime_error if the file does not hold `from`.
void exchange(const std::filesystem::path& file, const std::string& from, const std::string& to);

/// Replaces a file of the model by its first `bytes` bytes.
void truncate(const std::filesystem::path& file, std::size_t bytes);

}  // namespace tessera::cli
