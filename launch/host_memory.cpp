#include "launch/host_memory.h"

#include <algorithm>
#include <fstream>
#include <sstream>
#include <string>

namespace tessera::launch {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t kKibibyte = 1024;

std::optional<std::int64_t> lesser(std::optional<std::int64_t> a, std::optional<std::int64_t> b) {
  if (a && b) return std::min(*a, *b);
  return a ? a : b;
}

/// The number that a file holds; nothing for "max" or a file that is not there.
std::optional<std::int64_t> number_in(const fs::path& file) {
  std::ifstream stream(file);
  std::int64_t number = 0;
  if (stream >> number) return number;
  return std::nullopt;
}

std::optional<std::int64_t> kernel_available(const fs::path& root) {
  std::ifstream lines(root / "proc/meminfo");
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::string name;
    std::int64_t kibibytes = 0;
    if (words >> name >> kibibytes && name == "MemAvailable:") return kibibytes * kKibibyte;
  }
  return std::nullopt;
}

/// The least limit of the group and those above it. A limit counts whole, since what the group uses
/// is partly file cache that gives way.
std::optional<std::int64_t> limit_of_group(const fs::path& hierarchy, const std::string& group,
                                           const char* file) {
  std::optional<std::int64_t> limit = number_in(hierarchy / file);
  fs::path folder = hierarchy;
  for (const fs::path& part : fs::path(group).relative_path()) {
    folder /= part;
    limit = lesser(limit, number_in(folder / file));
  }
  return limit;
}

/// Lines of /proc/self/cgroup: NUMBER:CONTROLLERS:GROUP, version 2 as 0::GROUP.
std::optional<std::int64_t> group_limit(const fs::path& root) {
  std::ifstream lines(root / "proc/self/cgroup");
  const fs::path groups = root / "sys/fs/cgroup";
  std::optional<std::int64_t> limit;
  for (std::string line; std::getline(lines, line);) {
    std::istringstream fields(line);
    std::string number;
    std::string controllers;
    std::string group;
    std::getline(fields, number, ':');
    std::getline(fields, controllers, ':');
    std::getline(fields, group);
    if (controllers.empty()) limit = lesser(limit, limit_of_group(groups, group, "memory.max"));
    if (controllers == "memory") {
      limit = lesser(limit, limit_of_group(groups / "memory", group, "memory.limit_in_bytes"));
    }
  }
  return limit;
}

}  // namespace

std::optional<std::int64_t> available_memory(const fs::path& root) {
  return lesser(kernel_available(root), group_limit(root));
}

}  // namespace tessera::launch
