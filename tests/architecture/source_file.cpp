#include "tests/architecture/source_file.h"

#include <algorithm>
#include <cstddef>
#include <utility>

namespace tessera::architecture {
namespace {

bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

// Position one past the end of the comment or literal that starts at `at`, or `at` if none does.
std::size_t end_of_blank(std::string_view text, std::size_t at) {
  const auto past = [&](std::string_view closer, std::size_t from) {
    const std::size_t found = text.find(closer, from);
    return found == std::string_view::npos ? text.size() : found + closer.size();
  };
  if (text.substr(at, 2) == "//") {
    return std::min(text.find('\n', at), text.size());
  }
  if (text.substr(at, 2) == "/*") {
    return past("*/", at + 2);
  }
  if (text.substr(at, 2) == "R\"" && (at == 0 || !is_word(text[at - 1]))) {
    const std::size_t open = std::min(text.find('(', at), text.size());
    return past(")" + std::string(text.substr(at + 2, open - at - 2)) + "\"", open);
  }
  const char quote = text[at];
  // A quote between digits separates thousands.
  if (quote != '"' && (quote != '\'' || (at > 0 && is_word(text[at - 1])))) {
    return at;
  }
  std::size_t end = at + 1;
  while (end < text.size() && text[end] != quote && text[end] != '\n') {
    end += text[end] == '\\' ? 2 : 1;
  }
  return std::min(end + 1, text.size());
}

std::string_view trimmed(std::string_view text) {
  const auto begin = text.find_first_not_of(" \t");
  return begin == std::string_view::npos ? std::string_view() : text.substr(begin);
}

// Appends the include of one line, if there is any. `code_line` is the same line without literals:
// an include inside a comment or a raw string has no '#' there.
void add_include(std::string_view line, std::string_view code_line, int number,
                 std::vector<Include>& includes) {
  std::string_view directive = trimmed(code_line);
  if (!directive.starts_with('#') || !trimmed(directive.substr(1)).starts_with("include")) {
    return;
  }
  const std::size_t open = line.find_first_of("\"<");
  if (open == std::string_view::npos) {
    return;
  }
  const bool quoted = line[open] == '"';
  const std::size_t close = line.find(quoted ? '"' : '>', open + 1);
  includes.push_back({number, std::string(line.substr(open + 1, close - open - 1)), quoted});
}

}  // namespace

int SourceFile::line_count() const {
  return static_cast<int>(std::count(text.begin(), text.end(), '\n'));
}

std::string_view SourceFile::folder() const {
  return std::string_view(path).substr(0, path.find('/'));
}

std::string_view SourceFile::name() const {
  const std::size_t slash = path.rfind('/');
  return std::string_view(path).substr(slash == std::string::npos ? 0 : slash + 1);
}

bool SourceFile::is_header() const { return path.ends_with(".h"); }

bool SourceFile::is_source() const { return path.ends_with(".cpp"); }

std::string blank_comments_and_literals(std::string_view text) {
  std::string code(text);
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = end_of_blank(text, at);
    for (std::size_t i = at; i < end; ++i) {
      code[i] = text[i] == '\n' ? '\n' : ' ';
    }
    at = std::max(end, at + 1);
  }
  return code;
}

SourceFile parse_source(std::string path, std::string text) {
  SourceFile file{std::move(path), std::move(text), {}, {}};
  file.code = blank_comments_and_literals(file.text);
  int number = 1;
  for (std::size_t begin = 0; begin < file.text.size(); ++number) {
    const std::size_t end = std::min(file.text.find('\n', begin), file.text.size());
    add_include(std::string_view(file.text).substr(begin, end - begin),
                std::string_view(file.code).substr(begin, end - begin), number, file.includes);
    begin = end + 1;
  }
  return file;
}

}  // namespace tessera::architecture
