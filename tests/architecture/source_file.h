#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace tessera::architecture {

/// One `#include` line.
struct Include {
  int line = 0;          ///< from 1
  std::string spelling;  ///< between the quotes or angle brackets
  bool quoted = false;   ///< written with quotes
};

/// One file of the tree, taken apart far enough for the rules: no preprocessor runs.
struct SourceFile {
  std::string path;  ///< from the root of the tree, with forward slashes
  std::string text;
  std::string code;  ///< `text` with comments, strings and characters blanked; same lines
  std::vector<Include> includes;

  int line_count() const;
  /// First part of the path, for example "comm"; for a file in the root its name.
  std::string_view folder() const;
  /// Last part of the path.
  std::string_view name() const;
  bool is_header() const;
  bool is_source() const;
};

/// Takes a file apart. Comments and literals never yield an include or code.
SourceFile parse_source(std::string path, std::string text);

/// `text` with comments, string and character literals replaced by spaces; line breaks stay.
std::string blank_comments_and_literals(std::string_view text);

}  // namespace tessera::architecture
