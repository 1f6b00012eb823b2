#include "configs/config_yaml.h"

#include <yaml-cpp/yaml.h>

#include <algorithm>

#include "configs/config_error.h"

namespace tessera::configs {
namespace {

// Aliases can make a short text large; no configuration comes near these, even of many prompts.
constexpr int kMostValues = 1'000'000;
constexpr int kDeepest = 32;

class Converter {
 public:
  explicit Converter(const std::string& source) : source_(source) {}

  ConfigValue convert(const YAML::Node& node, int depth) {
    ConfigValue value;
    value.place = place_of(node.Mark());
    if (++count_ > kMostValues || depth > kDeepest) {
      throw ConfigError(value.place.text() + ": the document has too many values or levels.");
    }
    if (node.IsScalar()) {
      value.form = ConfigValue::Form::Scalar;
      value.style = node.Tag() == "!" ? ConfigValue::Style::Quoted : ConfigValue::Style::Plain;
      value.text = node.Scalar();
    } else if (node.IsSequence()) {
      value.form = ConfigValue::Form::List;
      for (const YAML::Node& item : node) value.items.push_back(convert(item, depth + 1));
    } else if (node.IsMap()) {
      value.form = ConfigValue::Form::Map;
      for (const auto& pair : node) add_entry(value, pair.first, pair.second, depth);
    }
    return value;
  }

 private:
  ConfigPlace place_of(const YAML::Mark& mark) const {
    if (mark.is_null()) return {source_, 1, 1};
    return {source_, mark.line + 1, mark.column + 1};
  }

  void add_entry(ConfigValue& map, const YAML::Node& name, const YAML::Node& node, int depth) {
    const ConfigPlace place = place_of(name.Mark());
    if (!name.IsScalar()) throw ConfigError(place.text() + ": a key has to be a single word.");
    const std::string& text = name.Scalar();
    const auto same = [&](const ConfigValue::Entry& entry) { return entry.name == text; };
    if (std::any_of(map.entries.begin(), map.entries.end(), same)) {
      throw ConfigError(place.text() + ": key \"" + text + "\" comes twice. Remove one of them.");
    }
    map.entries.push_back({text, place, convert(node, depth + 1)});
  }

  const std::string& source_;
  int count_ = 0;
};

}  // namespace

ConfigValue parse_yaml(const std::string& text, const std::string& source) {
  try {
    const YAML::Node node = YAML::Load(text);
    ConfigValue value = Converter(source).convert(node, 0);
    if (value.form == ConfigValue::Form::Null) value.form = ConfigValue::Form::Map;
    return value;
  } catch (const YAML::Exception& error) {
    const ConfigPlace place{source, std::max(error.mark.line, 0) + 1,
                            std::max(error.mark.column, 0) + 1};
    throw ConfigError(place.text() + ": this is not YAML: " + error.msg + ".");
  }
}

}  // namespace tessera::configs
