#include "launch/shipped_model.h"

#include <system_error>
#include <vector>

namespace tessera::launch {
namespace {

namespace fs = std::filesystem;

constexpr int kLevelsAbove = 4;  // build/release/bin lies three below the source tree

fs::path folder_of_program() {
  std::error_code ignored;
  return fs::read_symlink("/proc/self/exe", ignored).parent_path();
}

bool is_folder(const fs::path& path) {
  std::error_code ignored;
  return fs::is_directory(path, ignored);
}

}  // namespace

std::string find_shipped_model(const std::string& path, const fs::path& program_folder,
                               const fs::path& source_tree) {
  const fs::path wanted(path);
  const bool ours = wanted.is_relative() && wanted.parent_path() == "examples";
  if (!ours || is_folder(wanted)) return path;
  std::vector<fs::path> places;
  fs::path above = program_folder;
  for (int level = 0; level < kLevelsAbove && !above.empty(); ++level) {
    places.push_back(above / wanted);
    above = above.parent_path();
  }
  places.push_back(program_folder.parent_path() / "share" / "tessera" / wanted);
  places.push_back(source_tree / wanted);
  for (const fs::path& place : places) {
    if (is_folder(place)) return place.string();
  }
  return path;
}

std::string find_shipped_model(const std::string& path) {
  return find_shipped_model(path, folder_of_program(), TESSERA_SOURCE_DIR);
}

}  // namespace tessera::launch
