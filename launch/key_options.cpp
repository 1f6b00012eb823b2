#include "launch/key_options.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>
#include <map>

#include "configs/config_keys.h"
#include "configs/job_config.h"
#include "configs/value_codecs.h"
#include "launch/usage_error.h"

namespace tessera::launch {
namespace {

using configs::ConfigKey;
using configs::ConfigSources;

/// Short forms and the spellings of other tools, as they stand in docs.
const std::map<std::string, std::vector<std::string>>& other_names() {
  static const std::map<std::string, std::vector<std::string>> names{
      {"model.path", {"-m", "--model"}},
      {"prompt", {"-p"}},
      {"prompts_file", {"--prompt-file"}},
      {"negative_prompt", {"-n"}},
      {"seed", {"-s"}},
      {"init.image", {"-i"}},
      {"images_per_prompt", {"-b"}},
      {"distributed.cpu_threads", {"-t"}},
      {"sampling.steps", {"--num-inference-steps", "--ddim-steps"}},
      {"sampling.guidance_scale", {"--cfg-scale"}},
      {"output.run_dir", {"--savedir"}},
  };
  return names;
}

std::string kebab(const std::string& path) {
  std::string name = "--" + path;
  std::replace(name.begin(), name.end(), '.', '-');
  std::replace(name.begin(), name.end(), '_', '-');
  return name;
}

/// True if `element` is neither the last element of another key nor a whole other key.
bool is_unique(const std::string& element) {
  return 1 == std::count_if(configs::config_keys().begin(), configs::config_keys().end(),
                            [&](const ConfigKey& key) {
                              return configs::last_element_of(key.path) == element;
                            });
}

std::string joined(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ",") + name;
  return text;
}

std::string description(const ConfigKey& key) {
  const std::string by_default = to_yaml(key.get(configs::JobConfig{}));
  return key.doc + " [" + key.type + (by_default == "[]" ? "]" : "; " + by_default + "]");
}

std::string group_of(const ConfigKey& key) {
  const std::string section = configs::section_of(key.path);
  return section.empty() ? "Job" : "Keys of " + section;
}

void add_option_of(CLI::App& app, const ConfigKey& key, ConfigSources& sources) {
  const bool flag = key.text_form == ConfigKey::TextForm::Flag;
  const auto take = [&sources, path = key.path, flag](const std::vector<std::string>& texts) {
    std::vector<std::string> given = texts;
    for (std::string& text : given) {
      if (flag && text.empty()) text = "true";
    }
    sources.options.push_back({path, given, kebab(path)});
    return true;
  };
  CLI::Option* option = app.add_option(joined(option_names(key)), take, description(key));
  option->type_name(flag ? "[true|false]" : "VALUE")->group(group_of(key));
  option->expected(flag ? 0 : 1, 1)->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
}

int parse_side(const std::string& option, const std::string& text) {
  int side = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), side);
  if (error == std::errc() && end == text.data() + text.size() && side > 0 &&
      side <= configs::kLongestSidePx) {
    return side;
  }
  throw UsageError(option + ": \"" + text +
                   "\" is not allowed. Allowed: a number of pixels, a "
                   "multiple of 64.");
}

void add_side(CLI::App& app, const std::string& names, const std::string& name,
              std::optional<int>& side) {
  const auto take = [&side, name](const std::vector<std::string>& texts) {
    side = parse_side(name, texts.back());
    return true;
  };
  app.add_option(names, take, name.substr(2) + " of the last stage in pixels")
      ->type_name("PIXELS")
      ->group("Job")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
}

void add_set(CLI::App& app, ConfigSources& sources) {
  const auto take = [&sources](const std::vector<std::string>& texts) {
    for (const std::string& text : texts) {
      const std::size_t equals = text.find('=');
      if (equals == std::string::npos || equals == 0) {
        throw UsageError("--set: \"" + text + "\" is not of the form KEY=VALUE.");
      }
      sources.options.push_back({text.substr(0, equals), {text.substr(equals + 1)}, "--set"});
    }
    return true;
  };
  app.add_option("--set", take, "Sets any configuration key by its path; may be repeated")
      ->type_name("KEY=VALUE")
      ->group("Job")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
}

void add_fixed(CLI::App& app, ConfigSources& sources, const std::string& name,
               const std::string& key, const std::string& value) {
  const auto take = [&sources, name, key, value](std::int64_t) {
    sources.options.push_back({key, {value}, name});
  };
  app.add_flag_function(name, take, "The same as " + kebab(key) + " " + value)
      ->group("Keys of output");
}

}  // namespace

std::vector<std::string> option_names(const ConfigKey& key) {
  std::vector<std::string> names;
  const auto others = other_names().find(key.path);
  if (others != other_names().end()) names = others->second;
  names.push_back(kebab(key.path));
  const std::string element = configs::last_element_of(key.path);
  const std::string alone = kebab(element);
  if (alone != names.back() && is_unique(element)) names.push_back(alone);
  return names;
}

void add_key_options(CLI::App& app, ConfigSources& sources) {
  for (const ConfigKey& key : configs::config_keys()) {
    if (key.path != "version") add_option_of(app, key, sources);
  }
  add_side(app, "-H,--height", "--height", sources.height);
  add_side(app, "-W,--width", "--width", sources.width);
  add_set(app, sources);
  add_fixed(app, sources, "--skip-existing", "output.on_exists", "skip");
  add_fixed(app, sources, "--no-metadata", "output.metadata", "none");
}

}  // namespace tessera::launch
