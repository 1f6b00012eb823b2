#pragma once

#include <gmock/gmock.h>

#include <string>

#include "tests/architecture/rules.h"

namespace tessera::architecture {

/// Matches a violation at `path` whose message holds `part`.
MATCHER_P2(IsAt, path, part, "") {
  return arg.path == path && arg.message.find(part) != std::string::npos;
}

/// The tree of one file, with a header guard and the room's namespace around `body`.
inline SourceTree tree_of(const std::string& path, const std::string& body) {
  const std::string room = path.substr(0, path.find('/'));
  return make_source_tree(
      {{path, "#pragma once\n" + body + "\nnamespace tessera::" + room + " {}\n"}});
}

}  // namespace tessera::architecture
