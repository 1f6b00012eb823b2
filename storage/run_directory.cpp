#include "storage/run_directory.h"

#include <string>
#include <system_error>
#include <vector>

#include "storage/atomic_file.h"
#include "storage/name_pattern.h"
#include "storage/storage_error.h"
#include "storage/text_file.h"

namespace tessera::storage {
namespace {

namespace fs = std::filesystem;

constexpr const char* kRemedy =
    " Choose a folder that can be written to (--run-dir or output.run_dir).";

void create_folder(const fs::path& folder) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (!error && !fs::is_directory(folder)) error = std::make_error_code(std::errc::not_a_directory);
  if (error) {
    throw CannotCreateError(folder.string() + ": cannot create the folder: " + error.message() +
                            "." + kRemedy);
  }
}

}  // namespace

RunDirectory RunDirectory::create(const fs::path& root) {
  create_folder(root);
  create_folder(root / "images");
  create_folder(root / "logs");
  for (const fs::path& folder : {root, root / "images", root / "logs"}) {
    const AtomicFile probe(folder / "probe");  // removed again, since it is not committed
  }
  return RunDirectory(root);
}

fs::path RunDirectory::file(std::string_view name) const {
  check_relative_name(name);
  fs::path path = root_ / name;
  std::error_code error;
  if (!fs::is_directory(root_, error)) {
    throw CannotCreateError(root_.string() + ": the run folder is gone, so " + std::string(name) +
                            " cannot be created." + kRemedy);
  }
  create_folder(path.parent_path());
  return path;
}

void RunDirectory::write_text(std::string_view name, std::string_view text) const {
  storage::write_text(file(name), text);
}

int RunDirectory::remove_leftovers() const {
  std::vector<fs::path> leftovers;
  std::error_code ignored;
  constexpr auto kOptions = fs::directory_options::skip_permission_denied;
  for (fs::recursive_directory_iterator it(root_, kOptions, ignored), end; it != end;
       it.increment(ignored)) {
    if (it->is_regular_file(ignored) && is_leftover(it->path())) leftovers.push_back(it->path());
  }
  int removed = 0;
  for (const fs::path& path : leftovers) removed += fs::remove(path, ignored) ? 1 : 0;
  return removed;
}

}  // namespace tessera::storage
