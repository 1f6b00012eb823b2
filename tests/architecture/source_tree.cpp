#include "tests/architecture/source_tree.h"

#include <fstream>
#include <sstream>
#include <utility>

#include "tests/architecture/policy.h"

namespace tessera::architecture {
namespace {

bool is_build_list(const std::string& path) {
  return path.ends_with("CMakeLists.txt") || path.ends_with(".cmake");
}

void add_file(SourceTree& tree, const std::string& path, std::string text) {
  if (is_build_list(path)) {
    tree.build_lists[path.substr(0, path.rfind('/'))] += text + "\n";
  } else {
    tree.files.emplace(path, parse_source(path, std::move(text)));
  }
}

bool is_read(const std::filesystem::path& path) {
  return path.extension() == ".h" || path.extension() == ".cpp" ||
         is_build_list(path.filename().string());
}

std::string text_of(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  return std::move(text).str();
}

}  // namespace

std::string to_text(const Violations& violations) {
  std::ostringstream text;
  for (const Violation& v : violations) {
    text << v.path << ':' << v.line << ": " << v.message << " [" << v.rule << "]\n";
  }
  return std::move(text).str();
}

SourceTree read_source_tree(const std::filesystem::path& root) {
  namespace fs = std::filesystem;
  SourceTree tree;
  for (const std::string& folder : top_folders()) {
    if (!fs::exists(root / folder)) {
      continue;
    }
    for (const fs::directory_entry& entry : fs::recursive_directory_iterator(root / folder)) {
      if (entry.is_regular_file() && is_read(entry.path())) {
        add_file(tree, entry.path().lexically_relative(root).generic_string(),
                 text_of(entry.path()));
      }
    }
  }
  return tree;
}

SourceTree make_source_tree(const std::map<std::string, std::string>& texts) {
  SourceTree tree;
  for (const auto& [path, text] : texts) {
    add_file(tree, path, text);
  }
  return tree;
}

}  // namespace tessera::architecture
