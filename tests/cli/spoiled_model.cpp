#include "tests/cli/spoiled_model.h"

#include <fstream>
#include <stdexcept>

#include "storage/text_file.h"
#include "tests/launch/tiny_render.h"

namespace tessera::cli {
namespace {

namespace fs = std::filesystem;

void replace(const fs::path& file, const std::string& content) {
  fs::remove(file);
  std::ofstream(file, std::ios::binary) << content;
}

}  // namespace

fs::path linked_model(const fs::path& folder) {
  const fs::path source = launch::golden_model();
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(source)) {
    const fs::path to = folder / fs::relative(entry.path(), source);
    if (entry.is_directory()) {
      fs::create_directories(to);
    } else {
      fs::create_directories(to.parent_path());
      fs::create_symlink(entry.path(), to);
    }
  }
  return folder;
}

void exchange(const fs::path& file, const std::string& from, const std::string& to) {
  std::string content = storage::read_text(file);
  const std::size_t at = content.find(from);
  if (at == std::string::npos) throw std::runtime_error(file.string() + " has no " + from);
  replace(file, content.replace(at, from.size(), to));
}

void truncate(const fs::path& file, std::size_t bytes) {
  replace(file, storage::read_text(file).substr(0, bytes));
}

}  // namespace tessera::cli
