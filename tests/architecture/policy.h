#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace tessera::architecture {

/// What docs/architecture.md says about one room.
struct RoomPolicy {
  std::set<std::string, std::less<>> may_include;  ///< other rooms
  bool uses_torch = false;
};

/// The rooms by name: the table "Who may include whom".
const std::map<std::string, RoomPolicy, std::less<>>& rooms();

/// Folders that the rules walk: the rooms, tests, examples and benchmarks.
std::vector<std::string> top_folders();

/// Headers of worker that rooms without LibTorch may include.
const std::set<std::string, std::less<>>& worker_face();

/// Whether the file at `path` may name LibTorch: torch rooms, their tests, whole-program tests,
/// examples.
bool may_use_torch(std::string_view path);

/// Headers of LibTorch that a public header of a torch room may include.
bool torch_header_may_be_public(std::string_view spelling);

/// Whether an angle-bracket include is the standard library or POSIX.
bool is_system_header(std::string_view spelling);

/// Exceptions to one rule: path and reason. Each reason is checked to be a sentence, each path to
/// exist.
using Waivers = std::map<std::string, std::string, std::less<>>;

const Waivers& length_waivers();
const Waivers& missing_test_waivers();
const Waivers& public_header_waivers();
const Waivers& process_exit_places();
const Waivers& environment_places();
const Waivers& backend_conditional_places();

}  // namespace tessera::architecture
