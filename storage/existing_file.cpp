#include "storage/existing_file.h"

#include <string>

#include "storage/storage_error.h"

namespace tessera::storage {
namespace {

namespace fs = std::filesystem;

fs::path first_free(const fs::path& path) {
  std::error_code ignored;
  for (int number = 2;; ++number) {
    fs::path candidate = path;
    candidate.replace_filename(path.stem().string() + "_" + std::to_string(number) +
                               path.extension().string());
    if (!fs::exists(fs::symlink_status(candidate, ignored))) return candidate;
  }
}

}  // namespace

std::optional<fs::path> settle_existing(const fs::path& path, OnExists on_exists) {
  std::error_code ignored;
  // A symbolic link counts as there, wherever it points.
  const fs::file_status status = fs::symlink_status(path, ignored);
  if (!fs::exists(status)) return path;
  if (fs::is_directory(status)) throw CannotCreateError(path.string() + ": is a folder");
  switch (on_exists) {
    case OnExists::Skip:
      return std::nullopt;
    case OnExists::Overwrite:
      return path;
    case OnExists::Suffix:
      return first_free(path);
    case OnExists::Error:
      break;
  }
  throw CannotCreateError(path.string() +
                          ": exists already. Choose another name, or set output.on_exists to skip, "
                          "overwrite or suffix.");
}

}  // namespace tessera::storage
