#include "launch/source_collection.h"

#include <algorithm>
#include <iostream>
#include <iterator>
#include <random>

#include "configs/config_error.h"
#include "configs/config_keys.h"
#include "configs/job_config_reader.h"
#include "configs/nearest_name.h"
#include "launch/environment.h"
#include "launch/picture_source.h"
#include "launch/prompts_file.h"
#include "storage/text_file.h"

namespace tessera::launch {
namespace {

using configs::ConfigSources;

constexpr std::uint64_t kLargestConfig = 64'000'000;  // bytes; run.yaml holds all prompts
constexpr std::size_t kLongestPrompt = 100'000;       // bytes

bool is_for_the_program(const std::string& name) { return name == "TESSERA_CONFIG"; }

std::string prompt_from_input() {
  std::string text(std::istreambuf_iterator<char>(std::cin), {});
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.pop_back();
  if (text.empty() || text.size() > kLongestPrompt) {
    throw configs::ConfigError(text.empty() ? "-p -: the standard input holds no prompt."
                                            : "-p -: the standard input is too long for a prompt.");
  }
  return text;
}

void read_prompt(std::vector<ConfigSources::Setting>& options) {
  for (ConfigSources::Setting& setting : options) {
    if (setting.key == "prompt" && setting.place != "--set" && setting.texts.back() == "-") {
      setting.texts.back() = prompt_from_input();
    }
  }
}

/// Reads the file of the key prompts_file, which all ranks get as text.
void expand_prompts_file(ConfigSources& sources, const configs::JobConfig& job) {
  if (job.prompts_file.empty()) return;
  if (!job.prompts.empty()) {
    throw configs::ConfigError(
        "prompt and prompts_file are both given in one source. Leave one of them out.");
  }
  sources.prompts = ConfigSources::Document{
      job.prompts_file, configs::checked_yaml("prompt", read_prompts(job.prompts_file))};
}

/// Uniform in 0 .. 2^63 - 2^32 - 1, so that the seeds of later items fit.
std::int64_t draw_seed() {
  std::random_device device;
  const std::uint64_t high = device() & 0x7fffffffU;
  const std::uint64_t low = device();
  return static_cast<std::int64_t>(std::min<std::uint64_t>(high, 0x7ffffffeU) << 32 | low);
}

}  // namespace

std::vector<ConfigSources::Setting> environment_settings(
    const std::vector<std::pair<std::string, std::string>>& variables, Console& console) {
  std::vector<std::string> names;
  for (const configs::ConfigKey& key : configs::config_keys()) {
    names.push_back(configs::environment_name(key.path));
  }
  std::vector<ConfigSources::Setting> settings;
  for (const auto& [name, value] : variables) {
    if (is_for_the_program(name)) continue;
    const auto found = std::find(names.begin(), names.end(), name);
    if (found != names.end()) {
      const auto index = static_cast<std::size_t>(found - names.begin());
      settings.push_back({configs::config_keys()[index].path, {value}, name});
    } else if (const std::string near = configs::nearest_name(name, names); !near.empty()) {
      console.warning("the variable " + name + " is no key and is ignored. Did you mean " + near +
                      "?");
    }
  }
  return settings;
}

ConfigSources collect_sources(const CommandLine& line, Console& console) {
  ConfigSources sources = line.options;
  sources.environment = environment_settings(tessera_variables(), console);
  std::optional<std::string> file = line.config_file;
  if (!file) file = variable("TESSERA_CONFIG");
  if (file && !file->empty()) {
    sources.file = ConfigSources::Document{*file, storage::read_text(*file, kLargestConfig)};
  }
  if (!line.render.from_picture.empty()) add_picture(line.render.from_picture, sources);
  read_prompt(sources.options);
  const configs::JobConfig job = configs::read_job_config(sources).job;
  expand_prompts_file(sources, job);
  if (job.seed < 0) sources.drawn_seed = draw_seed();
  return sources;
}

}  // namespace tessera::launch
