#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "tests/architecture/source_file.h"

namespace tessera::architecture {

/// A tree taken apart.
struct SourceTree {
  std::map<std::string, SourceFile, std::less<>> files;         ///< C++ files by path
  std::map<std::string, std::string, std::less<>> build_lists;  ///< CMake text by folder
};

/// A breach of one rule at one place.
struct Violation {
  std::string rule;  ///< short name of the rule
  std::string path;
  int line = 0;  ///< 0 where the whole file is meant
  std::string message;
};

using Violations = std::vector<Violation>;

/// "path:line: message [rule]", one violation per line.
std::string to_text(const Violations& violations);

/// Reads rooms, tests and examples below `root`. \throws std::filesystem::filesystem_error.
SourceTree read_source_tree(const std::filesystem::path& root);

/// A tree from paths and texts, for tests of the rules.
SourceTree make_source_tree(const std::map<std::string, std::string>& texts);

}  // namespace tessera::architecture
