#include "configs/config_listing.h"

#include <algorithm>

#include "configs/config_keys.h"

namespace tessera::configs {
namespace {

constexpr std::size_t kOriginColumn = 56;

std::string commented(std::string line, const std::string& comment) {
  line.resize(std::max(line.size() + 2, kOriginColumn), ' ');
  return line + "# " + comment + "\n";
}

}  // namespace

std::string config_as_yaml(const ResolvedConfig& resolved) {
  std::string text;
  std::string section;
  for (const ConfigKey& key : config_keys()) {
    const ConfigValue value = key.get(resolved.job);
    const std::string own_section = section_of(key.path);
    if (own_section != section && !own_section.empty()) text += own_section + ":\n";
    section = own_section;
    // No prompt is the lack of the key: an empty list is not a value of it.
    const bool absent = value.form == ConfigValue::Form::List && value.items.empty();
    const std::string line = (section.empty() ? "" : "  ") + std::string(absent ? "# " : "") +
                             last_element_of(key.path) + ": " + to_yaml(value);
    text += commented(line, describe(resolved.origins.of(key.path)));
  }
  return text;
}

std::string config_as_json(const ResolvedConfig& resolved) {
  std::string text = "{";
  for (const ConfigKey& key : config_keys()) {
    text += text.size() > 1 ? ",\n " : "\n ";
    text += json_string(key.path) + ": {\"value\": " + to_json(key.get(resolved.job)) +
            ", \"origin\": " + json_string(describe(resolved.origins.of(key.path))) + "}";
  }
  return text + "\n}\n";
}

std::string keys_as_json(const JobConfig& job,
                         const std::function<bool(const ConfigKey&)>& wanted) {
  std::string text = "{";
  for (const ConfigKey& key : config_keys()) {
    if (!wanted(key)) continue;
    text += (text.size() > 1 ? ", " : "") + json_string(key.path) + ": " + to_json(key.get(job));
  }
  return text + "}";
}

}  // namespace tessera::configs
