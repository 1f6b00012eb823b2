#include "launch/commands/inspect.h"

#include <algorithm>
#include <array>
#include <exception>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include "launch/checkpoint_inspection.h"
#include "launch/clip_inspection.h"
#include "launch/inspection_text.h"
#include "launch/model_inspection.h"
#include "launch/picture_inspection.h"
#include "launch/run_inspection.h"
#include "storage/storage_error.h"

namespace tessera::launch {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kPngMark = "\x89PNG\r\n\x1a\n";
constexpr std::string_view kMkvMark = "\x1a\x45\xdf\xa3";
constexpr std::string_view kMp4Mark = "ftyp";
constexpr std::size_t kMp4At = 4;  // byte at which it stands
constexpr std::string_view kZipMark = "PK\x03\x04";
constexpr std::string_view kHdf5Mark = "\x89HDF\r\n\x1a\n";

std::string first_bytes(const fs::path& file) {
  std::array<char, 8> bytes = {};
  std::ifstream stream(file, std::ios::binary);
  stream.read(bytes.data(), bytes.size());
  return {bytes.data(), static_cast<std::size_t>(stream.gcount())};
}

std::string inspect_folder(const fs::path& folder, InspectionDepth depth) {
  for (const char* sign : {"run.yaml", "events.jsonl", "checkpoints"}) {
    if (fs::exists(folder / sign)) return inspect_run(folder, depth);
  }
  if (fs::exists(folder / "model_index.json")) return inspect_model(folder, depth);
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (entry.path().extension() == ".safetensors") return inspect_model(folder, depth);
  }
  throw storage::DataError(folder.string() +
                           ": neither a run directory (run.yaml, events.jsonl, checkpoints/) nor a "
                           "model folder (model_index.json, *.safetensors)");
}

std::string inspect_path(const fs::path& path, InspectionDepth depth) {
  if (!fs::exists(path)) {
    throw storage::MissingFileError(path.string() + ": no such file or folder");
  }
  if (fs::is_directory(path)) return inspect_folder(path, depth);
  if (!fs::is_regular_file(path)) {
    throw storage::DataError(path.string() + ": not a regular file");
  }
  const std::string mark = first_bytes(path);
  if (mark == kPngMark) return inspect_picture(path, depth);
  // By name too: of a damaged file the first bytes may be what is wrong.
  if (mark == kHdf5Mark || path.extension() == ".h5") return inspect_checkpoint(path, depth);
  if (path.extension() == ".safetensors") return inspect_weights(path, depth);
  if (path.extension() == ".png") return inspect_picture(path, depth);
  if (mark.starts_with(kZipMark) || path.extension() == ".ckpt") {
    return inspect_torch_checkpoint(path, depth);
  }
  const bool is_clip =
      mark.starts_with(kMkvMark) || mark.substr(std::min(mark.size(), kMp4At)) == kMp4Mark;
  if (is_clip || path.extension() == ".mp4" || path.extension() == ".mkv") {
    return inspect_clip(path, depth);
  }
  throw storage::DataError(
      path.string() +
      ": neither a checkpoint (.h5), a PNG, a clip (.mp4, .mkv), a safetensors file nor a .ckpt");
}

void show(const std::vector<std::string>& reports, CommandLine::Form form, Console& console) {
  if (form == CommandLine::Form::Json) {
    std::string all;
    for (const std::string& report : reports) all += (all.empty() ? "" : ",\n ") + report;
    console.result("[" + all + "]");
    return;
  }
  for (std::size_t i = 0; i < reports.size(); ++i) {
    console.result((i == 0 ? "" : "\n") + inspection_text(reports[i]));
  }
}

}  // namespace

void inspect(const CommandLine& line, Console& console) {
  std::vector<std::string> reports;
  std::exception_ptr first_error;
  for (const std::string& path : line.inspected_paths) {
    try {
      reports.push_back(inspect_path(path, line.inspection_depth));
    } catch (const std::exception& error) {
      if (first_error) {
        console.error(error.what());
      } else {
        first_error = std::current_exception();
      }
    }
  }
  if (!reports.empty() || line.form == CommandLine::Form::Json) show(reports, line.form, console);
  if (first_error) std::rethrow_exception(first_error);
}

}  // namespace tessera::launch
