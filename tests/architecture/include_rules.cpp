#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "tests/architecture/rules.h"

namespace tessera::architecture {
namespace {

using Graph = std::map<std::string, std::set<std::string>>;

bool is_room(std::string_view folder) { return rooms().contains(folder); }

std::string first_part(const std::string& spelling) {
  return spelling.substr(0, spelling.find('/'));
}

// Why a file of `room` may not include `spelling`, or nothing.
std::string edge_fault(const std::string& room, const std::string& spelling) {
  const std::string target = first_part(spelling);
  if (!is_room(target)) {
    return "\"" + spelling + "\" does not name a file of a room from the root of the tree";
  }
  if (target == room) {
    return "";
  }
  const RoomPolicy& policy = rooms().find(room)->second;
  if (!policy.may_include.contains(target)) {
    return room + " may not include " + target;
  }
  if (target == "worker" && !worker_face().contains(spelling)) {
    return room + " may include the torch-free face of worker alone, not \"" + spelling + "\"";
  }
  return "";
}

bool is_torch(std::string_view spelling) {
  return spelling.starts_with("torch/") || spelling.starts_with("ATen/") ||
         spelling.starts_with("c10/") || spelling.starts_with("caffe2/");
}

bool is_banned_torch(std::string_view spelling) {
  return (spelling.starts_with("torch/") && spelling != "torch/version.h") ||
         spelling.starts_with("ATen/ops/");
}

// A path through `graph` that comes back to its start, or nothing.
std::vector<std::string> find_circle(const Graph& graph) {
  std::set<std::string> done;
  std::vector<std::string> trail;
  const std::function<bool(const std::string&)> visit = [&](const std::string& node) {
    for (std::size_t i = 0; i < trail.size(); ++i) {
      if (trail[i] == node) {
        trail.erase(trail.begin(), trail.begin() + static_cast<std::ptrdiff_t>(i));
        trail.push_back(node);
        return true;
      }
    }
    if (done.contains(node)) {
      return false;
    }
    trail.push_back(node);
    if (const auto edges = graph.find(node); edges != graph.end()) {
      for (const std::string& next : edges->second) {
        if (visit(next)) {
          return true;
        }
      }
    }
    trail.pop_back();
    done.insert(node);
    return false;
  };
  for (const auto& [node, edges] : graph) {
    if (visit(node)) {
      return trail;
    }
  }
  return {};
}

void report_circle(const std::string& what, const Graph& graph, Violations& violations) {
  const std::vector<std::string> circle = find_circle(graph);
  if (circle.empty()) {
    return;
  }
  std::string text = what + " include each other in a circle: " + circle.front();
  for (std::size_t i = 1; i < circle.size(); ++i) {
    text += " -> " + circle[i];
  }
  violations.push_back({"cycle", circle.front(), 0, text});
}

// The chain of quoted includes by which `path` reaches LibTorch, or nothing.
std::string torch_chain(const SourceTree& tree, const std::string& path,
                        std::set<std::string>& seen) {
  const auto file = tree.files.find(path);
  if (file == tree.files.end() || !seen.insert(path).second) {
    return "";
  }
  for (const Include& include : file->second.includes) {
    if (is_torch(include.spelling)) {
      return path + " -> " + include.spelling;
    }
    if (include.quoted) {
      const std::string rest = torch_chain(tree, include.spelling, seen);
      if (!rest.empty()) {
        return path + " -> " + rest;
      }
    }
  }
  return "";
}

}  // namespace

Violations check_room_edges(const SourceTree& tree) {
  Violations violations;
  for (const auto& [path, file] : tree.files) {
    const std::string room(file.folder());
    if (!is_room(room)) {
      continue;
    }
    for (const Include& include : file.includes) {
      if (!include.quoted) {
        continue;
      }
      const std::string fault = edge_fault(room, include.spelling);
      if (!fault.empty()) {
        violations.push_back({"edge", path, include.line, fault});
      }
    }
  }
  return violations;
}

Violations check_cycles(const SourceTree& tree) {
  Graph files;
  Graph folders;
  for (const auto& [path, file] : tree.files) {
    const std::string room(file.folder());
    for (const Include& include : file.includes) {
      if (!include.quoted) {
        continue;
      }
      files[path].insert(include.spelling);
      const std::string target = first_part(include.spelling);
      if (is_room(room) && target != room) {
        folders[room].insert(target);
      }
    }
  }
  Violations violations;
  report_circle("rooms", folders, violations);
  report_circle("files", files, violations);
  return violations;
}

Violations check_torch(const SourceTree& tree) {
  Violations violations;
  for (const auto& [path, file] : tree.files) {
    for (const Include& include : file.includes) {
      if (is_banned_torch(include.spelling)) {
        violations.push_back({"torch", path, include.line, "<" + include.spelling + "> is banned"});
      }
    }
    if (file.code.find("torch::nn") != std::string::npos) {
      violations.push_back({"torch", path, 0, "torch::nn is banned"});
    }
    if (may_use_torch(path) && !worker_face().contains(path)) {
      continue;
    }
    std::set<std::string> seen;
    const std::string chain = torch_chain(tree, path, seen);
    if (!chain.empty()) {
      violations.push_back({"torch", path, 0, "reaches LibTorch: " + chain});
    }
  }
  return violations;
}

Violations check_public_headers(const SourceTree& tree) {
  Violations violations;
  for (const auto& [path, file] : tree.files) {
    if (!file.is_header() || !is_room(file.folder()) || public_header_waivers().contains(path)) {
      continue;
    }
    for (const Include& include : file.includes) {
      const bool allowed = include.quoted || is_system_header(include.spelling) ||
                           (may_use_torch(path) && torch_header_may_be_public(include.spelling));
      if (!allowed) {
        violations.push_back({"public-header", path, include.line,
                              "third-party header <" + include.spelling + "> in a header"});
      }
    }
  }
  return violations;
}

}  // namespace tessera::architecture
