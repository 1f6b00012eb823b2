#include <algorithm>
#include <array>
#include <initializer_list>
#include <string>
#include <string_view>

#include "tests/architecture/rules.h"

namespace tessera::architecture {
namespace {

constexpr std::array<std::string_view, 4> kEnvironmentCalls = {"getenv", "secure_getenv", "setenv",
                                                               "putenv"};
constexpr std::array<std::string_view, 7> kExitCalls = {
    "exit", "_exit", "_Exit", "quick_exit", "abort", "terminate", "MPI_Abort"};
constexpr std::array<std::string_view, 4> kBackends = {"CUDA", "NCCL", "MPI", "TORCH_VERSION"};

bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

int line_at(std::string_view text, std::size_t at) {
  return 1 + static_cast<int>(
                 std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(at), '\n'));
}

// Whether the word at [at, at + size) of `code` is a call of a free function: a bracket follows,
// and before it stands no member access, no class and no type of a declaration.
bool is_free_call(std::string_view code, std::size_t at, std::size_t size) {
  const std::size_t next = code.find_first_not_of(" \t\n", at + size);
  if (next == std::string_view::npos || code[next] != '(') {
    return false;
  }
  const std::size_t last = at == 0 ? at : code.find_last_not_of(" \t\n", at - 1);
  if (at == 0 || last == std::string_view::npos) {
    return true;
  }
  const std::string_view before = code.substr(0, last + 1);
  if (before.ends_with("::")) {
    const std::string_view scope = before.substr(0, before.size() - 2);
    return scope.empty() || !is_word(scope.back()) || scope.ends_with("std");
  }
  return before.ends_with("return") || (!before.ends_with('.') && !before.ends_with("->") &&
                                        !before.ends_with('~') && !is_word(before.back()));
}

template <typename Words>
void report_calls(const SourceFile& file, const Words& words, const std::string& rule,
                  const std::string& where, Violations& violations) {
  const std::string_view code = file.code;
  for (const std::string_view word : words) {
    for (std::size_t at = code.find(word); at != std::string_view::npos;
         at = code.find(word, at + word.size())) {
      const bool whole = at == 0 || !is_word(code[at - 1]);
      if (whole && is_free_call(code, at, word.size())) {
        violations.push_back({rule, file.path, line_at(code, at),
                              std::string(word) + "() is called outside " + where});
      }
    }
  }
}

bool is_in(const Waivers& places, std::string_view path) {
  return std::any_of(places.begin(), places.end(),
                     [&](const auto& place) { return path.starts_with(place.first); });
}

// Names of `places`, for a message.
std::string names(const Waivers& places) {
  std::string text;
  for (const auto& [place, reason] : places) {
    text += (text.empty() ? "" : ", ") + place;
  }
  return text;
}

}  // namespace

Violations check_environment(const SourceTree& tree) {
  Violations violations;
  const Waivers& places = environment_places();
  for (const auto& [path, file] : tree.files) {
    if (rooms().contains(file.folder()) && !is_in(places, path)) {
      report_calls(file, kEnvironmentCalls, "environment", names(places), violations);
    }
  }
  return violations;
}

Violations check_process_exits(const SourceTree& tree) {
  Violations violations;
  const Waivers& places = process_exit_places();
  for (const auto& [path, file] : tree.files) {
    if (rooms().contains(file.folder()) && !is_in(places, path)) {
      report_calls(file, kExitCalls, "exit", names(places), violations);
    }
  }
  return violations;
}

Violations check_backend_conditionals(const SourceTree& tree) {
  Violations violations;
  const Waivers& places = backend_conditional_places();
  for (const auto& [path, file] : tree.files) {
    if (!rooms().contains(file.folder()) || is_in(places, path)) {
      continue;
    }
    const std::string_view code = file.code;
    for (std::size_t at = code.find('#'); at != std::string_view::npos;
         at = code.find('#', at + 1)) {
      const std::string_view line = code.substr(at, code.find('\n', at) - at);
      const std::size_t word = line.find_first_not_of("# \t");
      if (word == std::string_view::npos ||
          (!line.substr(word).starts_with("if") && !line.substr(word).starts_with("elif"))) {
        continue;
      }
      for (const std::string_view backend : kBackends) {
        if (line.find(backend) != std::string_view::npos) {
          violations.push_back({"backend", path, line_at(code, at),
                                "tells backends apart outside " + names(places)});
          break;
        }
      }
    }
  }
  return violations;
}

}  // namespace tessera::architecture
