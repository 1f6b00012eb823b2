#include "configs/config_value.h"

#include <array>
#include <cstdio>
#include <utility>

namespace tessera::configs {
namespace {

constexpr std::size_t kShownLength = 80;

enum class Notation { Yaml, Json };

std::string scalar_text(const ConfigValue& value, Notation notation) {
  if (value.style == ConfigValue::Style::Literal) return value.text;
  const bool word = value.style == ConfigValue::Style::Plain && notation == Notation::Yaml;
  return word ? value.text : json_string(value.text);
}

std::string flow_text(const ConfigValue& value, Notation notation);

std::string list_text(const ConfigValue& value, Notation notation) {
  std::string text = "[";
  for (const ConfigValue& item : value.items) {
    if (text.size() > 1) text += ", ";
    text += flow_text(item, notation);
  }
  return text + "]";
}

std::string map_text(const ConfigValue& value, Notation notation) {
  std::string text = "{";
  for (const auto& entry : value.entries) {
    if (text.size() > 1) text += ", ";
    text += notation == Notation::Json ? json_string(entry.name) : entry.name;
    text += ": " + flow_text(entry.value, notation);
  }
  return text + "}";
}

std::string flow_text(const ConfigValue& value, Notation notation) {
  switch (value.form) {
    case ConfigValue::Form::Null:
      return "null";
    case ConfigValue::Form::Scalar:
      return scalar_text(value, notation);
    case ConfigValue::Form::List:
      return list_text(value, notation);
    case ConfigValue::Form::Map:
      return map_text(value, notation);
  }
  return "null";
}

}  // namespace

ConfigValue ConfigValue::scalar(std::string text, Style style) {
  ConfigValue value;
  value.form = Form::Scalar;
  value.style = style;
  value.text = std::move(text);
  return value;
}

ConfigValue ConfigValue::list(std::vector<ConfigValue> items) {
  ConfigValue value;
  value.form = Form::List;
  value.items = std::move(items);
  return value;
}

bool ConfigValue::is_null() const {
  if (form == Form::Null) return true;
  return form == Form::Scalar && style == Style::Plain &&
         (text == "null" || text == "~" || text == "Null" || text == "NULL");
}

std::string to_yaml(const ConfigValue& value) { return flow_text(value, Notation::Yaml); }

std::string to_json(const ConfigValue& value) { return flow_text(value, Notation::Json); }

std::string json_string(const std::string& text) {
  std::string quoted = "\"";
  for (const char letter : text) {
    const auto code = static_cast<unsigned char>(letter);
    if (letter == '"' || letter == '\\') {
      quoted += '\\';
      quoted += letter;
    } else if (letter == '\n') {
      quoted += "\\n";
    } else if (letter == '\t') {
      quoted += "\\t";
    } else if (code < 0x20 || code == 0x7f) {
      std::array<char, 8> escape{};
      std::snprintf(escape.data(), escape.size(), "\\u%04x", code);
      quoted += escape.data();
    } else {
      quoted += letter;
    }
  }
  return quoted + "\"";
}

std::string shown(const ConfigValue& value) {
  std::string text = value.is_scalar() ? json_string(value.text) : to_yaml(value);
  if (text.size() <= kShownLength) return text;
  std::size_t end = kShownLength;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return text.substr(0, end) + "...";
}

}  // namespace tessera::configs
