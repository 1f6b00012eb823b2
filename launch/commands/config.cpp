#include "launch/commands/config.h"

#include <algorithm>
#include <string>

#include "configs/config_listing.h"
#include "configs/config_schema.h"
#include "configs/config_value.h"
#include "configs/job_config_reader.h"
#include "configs/job_config_rules.h"
#include "configs/preset_library.h"
#include "launch/source_collection.h"
#include "storage/text_file.h"

namespace tessera::launch {
namespace {

configs::ResolvedConfig checked(const configs::ConfigSources& sources, Console& console) {
  configs::ResolvedConfig resolved = configs::read_job_config(sources);
  for (const auto& warning : configs::check_job_config(resolved.job, resolved.origins)) {
    console.warning(warning);
  }
  return resolved;
}

std::string without_last_newline(std::string text) {
  if (text.ends_with('\n')) text.pop_back();
  return text;
}

}  // namespace

void show_config(const CommandLine& line, Console& console) {
  const configs::ResolvedConfig resolved = checked(collect_sources(line, console), console);
  const bool json = line.form == CommandLine::Form::Json;
  console.result(without_last_newline(json ? configs::config_as_json(resolved)
                                           : configs::config_as_yaml(resolved)));
}

void validate_config(const CommandLine& line, Console& console) {
  configs::ConfigSources sources;
  sources.file =
      configs::ConfigSources::Document{*line.config_file, storage::read_text(*line.config_file)};
  checked(sources, console);
  console.result(*line.config_file + ": valid");
}

void print_schema(const CommandLine& line, Console& console) {
  const bool markdown = line.form == CommandLine::Form::Markdown;
  console.result(
      without_last_newline(markdown ? configs::config_key_table() : configs::config_schema_json()));
}

void list_presets(const CommandLine& line, Console& console) {
  std::size_t width = 0;
  for (const configs::Preset& preset : configs::presets()) {
    width = std::max(width, preset.name.size());
  }
  std::string json;
  for (const configs::Preset& preset : configs::presets()) {
    if (line.form == CommandLine::Form::Json) {
      json += (json.empty() ? "" : ", ") + configs::json_string(preset.name) + ": " +
              configs::json_string(preset.summary);
    } else {
      std::string name = preset.name;
      name.resize(width + 2, ' ');
      console.result(name + preset.summary);
    }
  }
  if (!json.empty()) console.result("{" + json + "}");
}

}  // namespace tessera::launch
