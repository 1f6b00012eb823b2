#include "configs/job_config_reader.h"

#include <cctype>
#include <filesystem>
#include <set>
#include <string>
#include <string_view>

#include "configs/bad_value.h"
#include "configs/config_error.h"
#include "configs/config_keys.h"
#include "configs/config_yaml.h"
#include "configs/kind_defaults.h"
#include "configs/method_mode.h"
#include "configs/nearest_name.h"
#include "configs/preset_library.h"

namespace tessera::configs {
namespace {

using Kind = ConfigOrigin::Kind;

[[noreturn]] void throw_unknown_key(const std::string& path, const ConfigPlace& place) {
  const std::string nearest = nearest_key(path);
  std::string message = place.text() + ": unknown key \"" + path + "\".";
  message += nearest.empty() ? " `tessera config schema` lists all keys."
                             : " Did you mean \"" + nearest + "\"?";
  throw ConfigError(message);
}

[[noreturn]] void throw_bad_value(const ConfigKey& key, const ConfigValue& value,
                                  const ConfigPlace& place) {
  std::string message = place.text() + ": " + key.path + ": " + shown(value) + " is not allowed.";
  const std::string nearest =
      value.is_scalar() ? nearest_name(value.text, key.choices) : std::string();
  if (!nearest.empty()) message += " Did you mean \"" + nearest + "\"?";
  throw ConfigError(message + " Allowed: " + key.type + ".");
}

bool is_section(const std::string& path) {
  for (const ConfigKey& key : config_keys()) {
    if (key.path.starts_with(path + ".")) return true;
  }
  return false;
}

std::string_view trimmed(std::string_view text) {
  const auto space = [](char letter) { return letter == ' ' || letter == '\t'; };
  while (!text.empty() && space(text.front())) text.remove_prefix(1);
  while (!text.empty() && space(text.back())) text.remove_suffix(1);
  return text;
}

ConfigValue comma_list(std::string_view text) {
  std::vector<ConfigValue> items;
  while (true) {
    const std::size_t comma = std::min(text.find(','), text.size());
    const std::string_view item = trimmed(text.substr(0, comma));
    items.push_back(ConfigValue::scalar(std::string(item), ConfigValue::Style::Plain));
    if (comma == text.size()) return ConfigValue::list(std::move(items));
    text.remove_prefix(comma + 1);
  }
}

/// The text of an option or a variable as the value that its key expects.
ConfigValue value_of_text(const ConfigKey& key, const std::string& text, const ConfigPlace& place) {
  using TextForm = ConfigKey::TextForm;
  const bool takes_text = key.text_form == TextForm::Text || key.text_form == TextForm::Texts;
  const bool bracketed = !text.empty() && (text.front() == '[' || text.front() == '{');
  if (!takes_text && bracketed) return parse_yaml(text, place.source);
  if (key.text_form == TextForm::List) return comma_list(text);
  return ConfigValue::scalar(text, ConfigValue::Style::Plain);
}

class JobBuilder {
 public:
  void set(const ConfigKey& key, const ConfigValue& value, Kind kind, const ConfigPlace& place) {
    try {
      key.set(resolved_.job, value);
    } catch (const BadValue& bad) {
      const ConfigPlace& exact = bad.value().place;
      throw_bad_value(key, bad.value(), exact.source.empty() ? place : exact);
    }
    resolved_.origins.set(key.path, {kind, place});
  }

  /// Sets all keys of a document.
  void add_document(const ConfigValue& document, Kind kind) {
    if (document.form != ConfigValue::Form::Map) {
      throw ConfigError(document.place.text() + ": expected keys with values, as in `seed: 123`.");
    }
    std::set<std::string> seen;
    add_map(document, "", kind, seen);
  }

  void add_setting(const ConfigSources::Setting& setting, Kind kind) {
    const ConfigPlace place{setting.place, 0, 0};
    const ConfigKey* key = find_key(setting.key);
    if (key == nullptr) throw_unknown_key(setting.key, place);
    std::vector<ConfigValue> values;
    for (const std::string& text : setting.texts)
      values.push_back(value_of_text(*key, text, place));
    const bool list = key->text_form == ConfigKey::TextForm::Texts && values.size() > 1;
    set(*key, list ? ConfigValue::list(std::move(values)) : values.back(), kind, place);
  }

  /// Of prompt and prompts_file the one from the source of higher precedence counts.
  void settle_prompts() {
    JobConfig& job = resolved_.job;
    const ConfigOrigin texts = resolved_.origins.of("prompt");
    const ConfigOrigin file = resolved_.origins.of("prompts_file");
    if (job.prompts.empty() || job.prompts_file.empty() || texts.kind == file.kind) return;
    if (texts.kind < file.kind) {
      job.prompts.clear();
      resolved_.origins.set("prompt", file);
    } else {
      job.prompts_file.clear();
      resolved_.origins.set("prompts_file", texts);
    }
  }

  /// The entries of the prompts file take the place of the key that names it.
  void add_prompts(const ConfigSources::Document& prompts) {
    const ConfigPlace place{prompts.name, 0, 0};
    set(*find_key("prompt"), parse_yaml(prompts.text, prompts.name), Kind::PromptsFile, place);
    resolved_.job.prompts_file.clear();
    resolved_.origins.set("prompts_file", {Kind::PromptsFile, place});
  }

  ResolvedConfig& resolved() { return resolved_; }

 private:
  void add_map(const ConfigValue& map, const std::string& prefix, Kind kind,
               std::set<std::string>& seen) {
    for (const auto& entry : map.entries) {
      const std::string path = prefix.empty() ? entry.name : prefix + "." + entry.name;
      const ConfigKey* key = find_key(path);
      if (key == nullptr) {
        add_section(path, entry, kind, seen);
        continue;
      }
      if (!seen.insert(path).second) {
        throw ConfigError(entry.place.text() + ": key \"" + path +
                          "\" comes twice. Remove one of them.");
      }
      const bool ignored = kind == Kind::Picture && key->picture == ConfigKey::Picture::Keeps;
      if (!ignored) set(*key, entry.value, kind, entry.place);
    }
  }

  void add_section(const std::string& path, const ConfigValue::Entry& entry, Kind kind,
                   std::set<std::string>& seen) {
    if (!is_section(path)) throw_unknown_key(path, entry.place);
    if (entry.value.is_null()) return;
    if (entry.value.form != ConfigValue::Form::Map) {
      throw ConfigError(entry.value.place.text() + ": " + path + ": " + shown(entry.value) +
                        " is not allowed. This is a section: its keys go below it, indented.");
    }
    add_map(entry.value, path, kind, seen);
  }

  ResolvedConfig resolved_;
};

struct PresetChoice {
  std::string name;
  ConfigPlace place;
};

/// The preset that the source of highest precedence names.
PresetChoice chosen_preset(const ConfigSources& sources, const ConfigValue* file) {
  PresetChoice chosen;
  if (file != nullptr) {
    for (const auto& entry : file->entries) {
      if (entry.name == "preset") chosen = {entry.value.text, entry.value.place};
    }
  }
  for (const auto* settings : {&sources.environment, &sources.options}) {
    for (const auto& setting : *settings) {
      if (setting.key == "preset") chosen = {setting.texts.back(), {setting.place, 0, 0}};
    }
  }
  return chosen;
}

void add_preset(JobBuilder& builder, const PresetChoice& chosen) {
  const Preset* preset = find_preset(chosen.name);
  if (preset == nullptr) {
    std::vector<std::string> names;
    for (const Preset& known : presets()) names.push_back(known.name);
    const std::string nearest = nearest_name(chosen.name, names);
    throw ConfigError(chosen.place.text() + ": there is no preset \"" + chosen.name + "\"." +
                      (nearest.empty() ? "" : " Did you mean \"" + nearest + "\"?") +
                      " Allowed: " + preset_names() + ".");
  }
  builder.add_document(parse_yaml(preset->text, "preset " + preset->name), Kind::Preset);
}

void fill_name(JobConfig& job, const ConfigSources& sources) {
  if (!job.name.empty()) return;
  if (sources.file) job.name = std::filesystem::path(sources.file->name).stem().string();
  if (job.name.empty()) job.name = job.preset;
  if (job.name.empty()) job.name = "render";
}

void set_last_size(ResolvedConfig& resolved, const ConfigSources& sources) {
  if (!sources.height && !sources.width) return;
  partition::Extent& last = resolved.job.cascade.resolutions.back();
  last.rows = sources.height.value_or(last.rows);
  last.cols = sources.width.value_or(last.cols);
  const char* option = sources.height && sources.width ? "--height and --width"
                       : sources.height                ? "--height"
                                                       : "--width";
  resolved.origins.set("cascade.resolutions", {Kind::Option, {option, 0, 0}});
}

}  // namespace

ResolvedConfig read_job_config(const ConfigSources& sources) {
  std::optional<ConfigValue> file;
  if (sources.file) file = parse_yaml(sources.file->text, sources.file->name);
  JobBuilder builder;
  const PresetChoice preset = chosen_preset(sources, file ? &*file : nullptr);
  if (!preset.name.empty()) add_preset(builder, preset);
  if (file) builder.add_document(*file, Kind::ConfigFile);
  if (sources.picture) {
    builder.add_document(parse_yaml(sources.picture->text, sources.picture->name), Kind::Picture);
  }
  for (const auto& setting : sources.environment) builder.add_setting(setting, Kind::Environment);
  for (const auto& setting : sources.options) builder.add_setting(setting, Kind::Option);
  builder.settle_prompts();
  if (sources.prompts) builder.add_prompts(*sources.prompts);
  ResolvedConfig& resolved = builder.resolved();
  if (sources.drawn_seed && resolved.job.seed < 0) {
    resolved.job.seed = *sources.drawn_seed;
    resolved.origins.set("seed", {Kind::Drawn, {}});
  }
  apply_kind(resolved.job, resolved.origins);
  set_last_size(resolved, sources);
  fill_name(resolved.job, sources);
  apply_method_mode(resolved.job, resolved.origins);
  return std::move(resolved);
}

std::string checked_yaml(const std::string& key, const ConfigValue& value) {
  JobBuilder builder;
  builder.set(*find_key(key), value, Kind::PromptsFile, value.place);
  return to_yaml(find_key(key)->get(builder.resolved().job));
}

std::string environment_name(const std::string& key) {
  std::string name = "TESSERA_";
  for (const char letter : key) {
    name +=
        letter == '.' ? '_' : static_cast<char>(std::toupper(static_cast<unsigned char>(letter)));
  }
  return name;
}

}  // namespace tessera::configs
