#include "tests/architecture/function_length.h"

#include <algorithm>
#include <cctype>
#include <cstddef>
#include <string_view>

namespace tessera::architecture {
namespace {

enum class Scope { Outer, Function, Other };

bool has_word(std::string_view text, std::string_view word) {
  const auto is_word = [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) || c == '_';
  };
  for (std::size_t at = text.find(word); at != std::string_view::npos;
       at = text.find(word, at + 1)) {
    const std::size_t end = at + word.size();
    if ((at == 0 || !is_word(text[at - 1])) && (end == text.size() || !is_word(text[end]))) {
      return true;
    }
  }
  return false;
}

// What the brace after `head` opens, seen from outside any function.
Scope scope_after(std::string_view head) {
  if (has_word(head, "namespace") || has_word(head, "extern")) {
    return Scope::Outer;
  }
  const bool bracket = head.find('(') != std::string_view::npos;
  const bool type = has_word(head, "class") || has_word(head, "struct") || has_word(head, "union");
  if (type && !bracket) {
    return Scope::Outer;
  }
  return bracket && !has_word(head, "enum") ? Scope::Function : Scope::Other;
}

std::string on_one_line(std::string_view text) {
  std::string line;
  for (const char c : text) {
    const bool space = std::isspace(static_cast<unsigned char>(c));
    if (!space) {
      line += c;
    } else if (!line.empty() && line.back() != ' ') {
      line += ' ';
    }
  }
  return line;
}

// Walks the braces of one file.
class BraceWalk {
 public:
  explicit BraceWalk(std::string_view code) : code_(code) {}

  std::vector<FunctionLength> functions() {
    for (std::size_t at = 0; at < code_.size(); ++at) {
      switch (code_[at]) {
        case '\n':
          ++line_;
          break;
        case '{':
          open(at);
          break;
        case '}':
          close(at);
          break;
        case ';':
          head_begin_ = at + 1;
          break;
        case '#':
          at = skip_directive(at);
          break;
        default:
          break;
      }
    }
    return found_;
  }

 private:
  bool in_function() const {
    return std::find(scopes_.begin(), scopes_.end(), Scope::Function) != scopes_.end();
  }

  void open(std::size_t at) {
    const std::string_view head = code_.substr(head_begin_, at - head_begin_);
    const Scope scope = in_function() ? Scope::Other : scope_after(head);
    if (scope == Scope::Function) {
      const std::size_t first = std::min(head.find_first_not_of(" \t\n,:"), head.size());
      const auto lines =
          std::count(head.begin() + static_cast<std::ptrdiff_t>(first), head.end(), '\n');
      found_.push_back({on_one_line(head.substr(first)), line_ - static_cast<int>(lines), 0});
    }
    scopes_.push_back(scope);
    head_begin_ = at + 1;
  }

  void close(std::size_t at) {
    head_begin_ = at + 1;
    if (scopes_.empty()) {
      return;
    }
    if (scopes_.back() == Scope::Function) {
      found_.back().lines = line_ - found_.back().line + 1;
    }
    scopes_.pop_back();
  }

  // A directive belongs to no head; it may go on after a backslash.
  std::size_t skip_directive(std::size_t at) {
    while (at + 1 < code_.size() && (code_[at + 1] != '\n' || code_[at] == '\\')) {
      ++at;
      line_ += code_[at] == '\n' ? 1 : 0;
    }
    head_begin_ = at + 1;
    return at;
  }

  std::string_view code_;
  std::vector<Scope> scopes_;
  std::vector<FunctionLength> found_;
  std::size_t head_begin_ = 0;
  int line_ = 1;
};

}  // namespace

std::vector<FunctionLength> function_lengths(const SourceFile& file) {
  return BraceWalk(file.code).functions();
}

}  // namespace tessera::architecture
