#pragma once

#include <filesystem>
#include <string>

namespace tessera::launch {

/// The path to use for a `model.path`. A path that exists, or names no model of ours, stays as it
/// is. One that ends in examples/NAME and does not exist from here is looked for beside and above
/// the folder of the program, in its share/tessera, and in the source tree that it was built from,
/// so that the preset `demo` works from any folder.
std::string find_shipped_model(const std::string& path);

/// The same with the folders to look in, for tests.
std::string find_shipped_model(const std::string& path, const std::filesystem::path& program_folder,
                               const std::filesystem::path& source_tree);

}  // namespace tessera::launch
