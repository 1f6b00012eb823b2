#include "storage/checkpoint_names.h"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <string>
#include <system_error>
#include <utility>

#include "storage/file_descriptor.h"
#include "storage/storage_error.h"

namespace tessera::storage {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kItemDigits = 5;
constexpr std::size_t kStepDigits = 3;

std::string padded(int number, std::size_t digits) {
  const std::string text = std::to_string(number);
  return std::string(digits - std::min(digits, text.size()), '0') + text;
}

/// Takes `prefix` off the front of `text`; false if it is not there.
bool take(std::string_view& text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return false;
  text.remove_prefix(prefix.size());
  return true;
}

std::optional<int> take_number(std::string_view& text) {
  int number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || text.front() == '-') return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return number;
}

std::string text_of(const CheckpointName& name) {
  const std::string stem =
      "item-" + padded(name.item, kItemDigits) + "-stage-" + std::to_string(name.stage) + "-";
  return name.kind == CheckpointName::Kind::StageEnd
             ? stem + "end.h5"
             : stem + "step-" + padded(name.step, kStepDigits) + ".h5";
}

}  // namespace

CheckpointName name_of(const CheckpointProgress& progress) {
  CheckpointName name{.item = progress.item, .stage = progress.stage};
  if (progress.at_stage_end()) {
    name.kind = CheckpointName::Kind::StageEnd;
  } else {
    name.step = progress.next_step;
  }
  return name;
}

fs::path checkpoint_name(const CheckpointProgress& progress) { return text_of(name_of(progress)); }

std::optional<CheckpointName> parse_checkpoint_name(std::string_view name) {
  std::string_view rest = name;
  CheckpointName parsed;
  if (!take(rest, "item-")) return std::nullopt;
  const std::optional<int> item = take_number(rest);
  if (!item || !take(rest, "-stage-")) return std::nullopt;
  const std::optional<int> stage = take_number(rest);
  if (!stage || !take(rest, "-")) return std::nullopt;
  parsed.item = *item;
  parsed.stage = *stage;
  if (take(rest, "end")) {
    parsed.kind = CheckpointName::Kind::StageEnd;
  } else {
    if (!take(rest, "step-")) return std::nullopt;
    const std::optional<int> step = take_number(rest);
    if (!step) return std::nullopt;
    parsed.step = *step;
  }
  // A name with other zeros in front means the same position but is none that we write.
  if (rest != ".h5" || text_of(parsed) != name) return std::nullopt;
  return parsed;
}

std::vector<NamedCheckpoint> list_checkpoints(const fs::path& folder) {
  std::error_code error;
  fs::directory_iterator entries(folder, error);
  if (error == std::errc::no_such_file_or_directory) return {};
  std::vector<NamedCheckpoint> found;
  for (const fs::directory_iterator end; !error && entries != end; entries.increment(error)) {
    const auto name = parse_checkpoint_name(entries->path().filename().string());
    if (name) found.push_back({*name, entries->path()});
  }
  if (error) throw IoError(system_message("cannot list the folder", folder, error.value()));
  std::ranges::sort(found, {}, &NamedCheckpoint::name);
  return found;
}

std::vector<fs::path> superseded_checkpoints(const std::vector<NamedCheckpoint>& files,
                                             const CheckpointName& current, int keep,
                                             const std::set<int>& spared) {
  std::vector<fs::path> superseded;
  int running = 0;
  for (auto file = files.rbegin(); file != files.rend(); ++file) {
    if (file->name.item != current.item && spared.contains(file->name.item)) continue;
    bool is_kept = file->name.item == current.item && file->name <= current;
    if (is_kept && file->name.kind == CheckpointName::Kind::Running) is_kept = ++running <= keep;
    if (!is_kept) superseded.push_back(file->file);
  }
  return superseded;
}

}  // namespace tessera::storage
