#pragma once

#include <string>
#include <vector>

#include "tests/architecture/source_file.h"

namespace tessera::architecture {

/// The extent of one function body with its head.
struct FunctionLength {
  std::string head;  ///< text before the opening brace on one line
  int line = 0;      ///< of the head's first word, from 1
  int lines = 0;     ///< up to the closing brace, both ends counted
};

/// Functions of a file in order. Found by braces, not by a parser: a body is the first brace after
/// a bracket inside namespaces and types; lambdas belong to the function around them.
std::vector<FunctionLength> function_lengths(const SourceFile& file);

}  // namespace tessera::architecture
