#include "launch/json_lines.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "configs/config_error.h"
#include "configs/value_codecs.h"

namespace tessera::launch {
namespace {

using configs::ConfigError;
using configs::ConfigPlace;
using configs::ConfigValue;
using Json = nlohmann::ordered_json;

constexpr int kDeepest = 8;

/// What nlohmann says after its own place.
std::string reason_of(const Json::parse_error& error) {
  const std::string text = error.what();
  const std::size_t column = text.find(", column ");
  const std::size_t colon = text.find(": ", column == std::string::npos ? 0 : column);
  return colon == std::string::npos ? text : text.substr(colon + 2);
}

Json parse_line(std::string_view line, const ConfigPlace& place) {
  std::set<std::string> names;
  const auto check = [&](int depth, Json::parse_event_t event, const Json& parsed) {
    if (depth > kDeepest) throw ConfigError(place.text() + ": the line has too many levels.");
    const bool member = event == Json::parse_event_t::key && depth == 1;
    if (member && !names.insert(parsed.get<std::string>()).second) {
      throw ConfigError(place.text() + ": member " + parsed.dump() +
                        " comes twice. Remove one of them.");
    }
    return true;
  };
  try {
    return Json::parse(line, check);
  } catch (const Json::parse_error& error) {
    ConfigPlace exact = place;
    exact.column = std::max(1, static_cast<int>(error.byte));
    throw ConfigError(exact.text() + ": this line is not JSON: " + reason_of(error) + ".");
  }
}

ConfigValue convert(const Json& json, const ConfigPlace& place) {
  ConfigValue value;
  if (json.is_object()) {
    value.form = ConfigValue::Form::Map;
    for (const auto& [name, member] : json.items()) {
      value.entries.push_back({name, place, convert(member, place)});
    }
  } else if (json.is_array()) {
    value.form = ConfigValue::Form::List;
    for (const Json& item : json) value.items.push_back(convert(item, place));
  } else if (json.is_string()) {
    value = ConfigValue::scalar(json.get<std::string>(), ConfigValue::Style::Quoted);
  } else if (json.is_number_float()) {
    value =
        ConfigValue::scalar(configs::number_text(json.get<double>()), ConfigValue::Style::Literal);
  } else if (!json.is_null()) {
    value = ConfigValue::scalar(json.dump(), ConfigValue::Style::Literal);
  }
  value.place = place;
  return value;
}

}  // namespace

std::vector<ConfigValue> read_json_lines(std::string_view text, const std::string& source) {
  std::vector<ConfigValue> objects;
  for (ConfigPlace place{source, 1, 0}; !text.empty(); ++place.line) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.find_first_not_of(" \t\r") == std::string_view::npos) continue;
    const Json json = parse_line(line, place);
    if (!json.is_object()) {
      throw ConfigError(place.text() +
                        ": this line is no object. Write one per prompt, as in {\"prompt\": \"a "
                        "lighthouse\", \"seed\": 7}.");
    }
    objects.push_back(convert(json, place));
  }
  return objects;
}

}  // namespace tessera::launch
