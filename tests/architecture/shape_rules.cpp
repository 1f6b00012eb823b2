#include <array>
#include <string>
#include <string_view>

#include "tests/architecture/function_length.h"
#include "tests/architecture/rules.h"

namespace tessera::architecture {
namespace {

constexpr int kHeaderLines = 150;
constexpr int kSourceLines = 300;
constexpr int kFunctionLines = 60;

// Words that say "did not know where to put this". A word counts between slashes, dots and
// underscores.
constexpr std::array<std::string_view, 8> kHomelessWords = {"util",    "utils", "common",  "helper",
                                                            "helpers", "misc",  "manager", "stuff"};
// Words that do so only when they are the whole name of a folder.
constexpr std::array<std::string_view, 2> kHomelessFolders = {"core", "base"};

std::string stem(std::string_view name) { return std::string(name.substr(0, name.rfind('.'))); }

// Calls `visit(word)` for every part of `path` between any of `separators`.
template <typename Visit>
void for_each_word(std::string_view path, std::string_view separators, Visit visit) {
  std::size_t begin = 0;
  while (begin <= path.size()) {
    const std::size_t end = std::min(path.find_first_of(separators, begin), path.size());
    visit(path.substr(begin, end - begin));
    begin = end + 1;
  }
}

// Whether `list` has `word` with neither a letter, digit, underscore, dot nor slash before or after
// it.
bool names_file(std::string_view list, std::string_view word) {
  const auto bounded = [&](std::size_t at) {
    return at >= list.size() ||
           std::string_view(" \t\r\n\"()/").find(list[at]) != std::string::npos;
  };
  for (std::size_t at = list.find(word); at != std::string_view::npos;
       at = list.find(word, at + 1)) {
    if ((at == 0 || bounded(at - 1)) && bounded(at + word.size())) {
      return true;
    }
  }
  return false;
}

bool is_listed(const SourceTree& tree, const SourceFile& file) {
  for (std::size_t slash = file.path.rfind('/'); slash != std::string::npos && slash > 0;
       slash = file.path.rfind('/', slash - 1)) {
    const auto list = tree.build_lists.find(file.path.substr(0, slash));
    if (list != tree.build_lists.end() &&
        (names_file(list->second, file.name()) || names_file(list->second, stem(file.name())))) {
      return true;
    }
  }
  return false;
}

}  // namespace

Violations check_lengths(const SourceTree& tree, const Waivers& waivers) {
  Violations violations;
  for (const auto& [path, file] : tree.files) {
    const int limit = file.is_header() ? kHeaderLines : kSourceLines;
    if (file.line_count() > limit && !waivers.contains(path)) {
      violations.push_back({"length", path, file.line_count(),
                            "has " + std::to_string(file.line_count()) + " lines, at most " +
                                std::to_string(limit) + " are allowed"});
    }
    for (const FunctionLength& function : function_lengths(file)) {
      if (function.lines > kFunctionLines) {
        violations.push_back({"length", path, function.line,
                              function.head + "has " + std::to_string(function.lines) +
                                  " lines, at most " + std::to_string(kFunctionLines) +
                                  " are allowed"});
      }
    }
  }
  return violations;
}

Violations check_tests_exist(const SourceTree& tree, const Waivers& waivers) {
  Violations violations;
  for (const auto& [path, file] : tree.files) {
    if (!file.is_source() || !rooms().contains(file.folder()) || waivers.contains(path)) {
      continue;
    }
    const std::string test = stem(file.name()) + "_test.cpp";
    const std::string flat = "tests/" + std::string(file.folder()) + "/" + test;
    const bool tested = tree.files.contains("tests/" + stem(path) + "_test.cpp") ||
                        tree.files.contains(flat) || tree.files.contains("tests/mpi/" + test);
    if (!tested) {
      violations.push_back({"test", path, 0, "has no test " + flat});
    }
  }
  return violations;
}

Violations check_sources_are_built(const SourceTree& tree) {
  Violations violations;
  for (const auto& [path, file] : tree.files) {
    if (file.is_source() && !is_listed(tree, file)) {
      violations.push_back(
          {"build", path, 0, "is listed in no CMakeLists.txt or *.cmake of its folders"});
    }
  }
  return violations;
}

Violations check_names(const SourceTree& tree) {
  Violations violations;
  for (const auto& [path, file] : tree.files) {
    const auto report = [&, &path = path](std::string_view word) {
      violations.push_back(
          {"name", path, 0, "\"" + std::string(word) + "\" is a missing noun: name what it holds"});
    };
    for_each_word(path, "/._", [&](std::string_view word) {
      for (const std::string_view homeless : kHomelessWords) {
        if (word == homeless) report(word);
      }
    });
    for_each_word(path.substr(0, path.size() - file.name().size()), "/",
                  [&](std::string_view word) {
                    for (const std::string_view homeless : kHomelessFolders) {
                      if (word == homeless) report(word);
                    }
                  });
  }
  return violations;
}

Violations check_headers_and_namespaces(const SourceTree& tree) {
  Violations violations;
  for (const auto& [path, file] : tree.files) {
    if (file.is_header() && file.code.find("#pragma once") == std::string::npos) {
      violations.push_back({"header", path, 0, "lacks #pragma once"});
    }
    if (file.is_header() && file.code.find("using namespace") != std::string::npos) {
      violations.push_back(
          {"header", path, 0, "imports a namespace into every file that includes it"});
    }
    const std::string expected = "namespace tessera::" + std::string(file.folder());
    if (rooms().contains(file.folder()) && path != "launch/main.cpp" &&
        file.code.find(expected) == std::string::npos) {
      violations.push_back({"namespace", path, 0, "declares nothing in " + expected});
    }
  }
  return violations;
}

Violations check_waivers(const SourceTree& tree, const Waivers& waivers) {
  Violations violations;
  for (const auto& [path, reason] : waivers) {
    const auto at_or_after = tree.files.lower_bound(path);
    if (at_or_after == tree.files.end() || !at_or_after->first.starts_with(path)) {
      violations.push_back({"waiver", path, 0, "is waived but not in the tree"});
    }
    if (reason.size() < 20 || !reason.ends_with('.')) {
      violations.push_back({"waiver", path, 0, "is waived without a reason"});
    }
  }
  return violations;
}

}  // namespace tessera::architecture
