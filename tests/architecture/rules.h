#pragma once

#include <string>
#include <utility>
#include <vector>

#include "tests/architecture/policy.h"
#include "tests/architecture/source_tree.h"

/// The rules of docs/architecture.md as pure functions from a tree to its violations.
namespace tessera::architecture {

// include_rules.cpp

/// A room includes another one only along the table, and worker from below only by its torch-free
/// face. A quoted include names a file from the root of the tree.
Violations check_room_edges(const SourceTree& tree);
/// Neither rooms nor files include each other in a circle, whatever the table says.
Violations check_cycles(const SourceTree& tree);
/// LibTorch is included by the rooms that may see it alone, not even through a header of another
/// room; its module and training interface by none.
Violations check_torch(const SourceTree& tree);
/// A header of a room shows no third-party header.
Violations check_public_headers(const SourceTree& tree);

// shape_rules.cpp

/// A header has at most 150 lines, a source at most 300, a function at most 60 (40 is the aim).
Violations check_lengths(const SourceTree& tree, const Waivers& waivers);
/// Every source of a room has tests/<room>/<name>_test.cpp, there or in the subfolder of the same
/// name, or tests/mpi/<name>_test.cpp.
Violations check_tests_exist(const SourceTree& tree, const Waivers& waivers);
/// Every source and test is listed in a CMakeLists.txt or *.cmake of its folder or one above it.
Violations check_sources_are_built(const SourceTree& tree);
/// No file or folder is called after a place for homeless things.
Violations check_names(const SourceTree& tree);
/// Headers open with `#pragma once`, import no namespace, and rooms declare in `tessera::<room>`.
Violations check_headers_and_namespaces(const SourceTree& tree);

// call_rules.cpp

/// The environment is read in one file.
Violations check_environment(const SourceTree& tree);
/// The process is ended in launch and by the watchdog alone.
Violations check_process_exits(const SourceTree& tree);
/// Backends are told apart by the preprocessor in the places of the list alone.
Violations check_backend_conditionals(const SourceTree& tree);

/// Every waiver names something in the tree and gives a reason.
Violations check_waivers(const SourceTree& tree, const Waivers& waivers);

}  // namespace tessera::architecture
