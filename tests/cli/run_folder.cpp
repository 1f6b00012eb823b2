#include "tests/cli/run_folder.h"

#include <fstream>
#include <nlohmann/json.hpp>

#include "storage/atomic_file.h"
#include "storage/png_reader.h"
#include "storage/text_file.h"

namespace tessera::cli {
namespace {

namespace fs = std::filesystem;

std::vector<std::string> lines_with(const fs::path& file, const std::string& text) {
  std::vector<std::string> lines;
  std::ifstream stream(file);
  for (std::string line; std::getline(stream, line);) {
    if (line.find(text) != std::string::npos) lines.push_back(line);
  }
  return lines;
}

std::vector<std::string> lines_of_steps(const fs::path& run) {
  return lines_with(run / "metrics.jsonl", "\"command\":\"Step\"");
}

std::vector<std::string> lines_of_events(const fs::path& run, const std::string& event) {
  return lines_with(run / "events.jsonl", "\"event\":\"" + event + "\"");
}

nlohmann::json manifest_of(const fs::path& run) {
  return nlohmann::json::parse(storage::read_text(run / "manifest.json"));
}

std::string file_name(const nlohmann::json& told) {
  return fs::path(told.at("file").get<std::string>()).filename().string();
}

}  // namespace

std::vector<std::string> RunFolder::checkpoints() const {
  std::vector<std::string> names;
  for (const auto& [name, file] : storage::list_checkpoints(directory() / "checkpoints")) {
    names.push_back(file.filename().string());
  }
  return names;
}

Pictures RunFolder::pictures() const {
  Pictures pictures;
  for (const auto& entry : fs::directory_iterator(directory() / "images")) {
    pictures[entry.path().filename().string()] = storage::read_png(entry.path()).samples;
  }
  return pictures;
}

int RunFolder::steps_done() const { return static_cast<int>(lines_of_steps(directory()).size()); }

std::vector<storage::CheckpointName> RunFolder::steps() const {
  std::vector<storage::CheckpointName> steps;
  for (const std::string& line : lines_of_steps(directory())) {
    const auto told = nlohmann::json::parse(line, nullptr, false);
    if (told.is_discarded()) continue;  // it is being written, or was when the run was killed
    steps.push_back({.item = told.at("item"), .stage = told.at("stage"), .step = told.at("step")});
  }
  return steps;
}

std::vector<std::string> RunFolder::files_of_events(const std::string& event) const {
  std::vector<std::string> names;
  for (const std::string& line : lines_of_events(directory(), event)) {
    const auto told = nlohmann::json::parse(line, nullptr, false);
    if (!told.is_discarded()) names.push_back(file_name(told));  // else it is being written
  }
  return names;
}

int RunFolder::count_of_events(const std::string& event) const {
  return static_cast<int>(lines_of_events(directory(), event).size());
}

std::string RunFolder::state() const { return manifest_of(directory()).at("state"); }

std::vector<std::string> RunFolder::listed_pictures() const {
  std::vector<std::string> names;
  const nlohmann::json manifest = manifest_of(directory());
  for (const auto& picture : manifest.at("pictures")) {
    if (picture.at("state") == "written") names.push_back(file_name(picture));
  }
  return names;
}

std::vector<fs::path> RunFolder::leftovers() const {
  std::vector<fs::path> found;
  for (const char* const folder : {"checkpoints", "images"}) {
    std::error_code absent;
    for (const auto& entry : fs::directory_iterator(directory() / folder, absent)) {
      if (storage::is_leftover(entry.path())) found.push_back(entry.path());
    }
  }
  return found;
}

}  // namespace tessera::cli
