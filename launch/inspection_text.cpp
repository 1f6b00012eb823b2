#include "launch/inspection_text.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <stdexcept>

namespace tessera::launch {
namespace {

using Json = nlohmann::ordered_json;

bool says_nothing(const Json& value) {
  return value.is_null() || (value.is_structured() && value.empty()) ||
         (value.is_string() && value.get_ref<const std::string&>().empty());
}

std::string inline_text(const Json& value) {
  if (value.is_string()) return value.get<std::string>();
  if (!value.is_object()) return value.dump();
  std::string text;
  for (const auto& [key, member] : value.items()) {
    if (says_nothing(member)) continue;
    text += (text.empty() ? "" : ", ") + key + " " + inline_text(member);
  }
  return text;
}

/// Lines of a text stay below each other.
std::string indented(std::string text, const std::string& indent) {
  for (std::size_t at = text.find('\n'); at != std::string::npos; at = text.find('\n', at + 1)) {
    text.insert(at + 1, indent);
  }
  return text;
}

void add_lines(const Json& object, const std::string& indent, std::string& text) {
  for (const auto& [key, value] : object.items()) {
    if (says_nothing(value)) continue;
    const std::string inner = indent + "  ";
    text += indent + key + ":";
    if (value.is_object()) {
      text += "\n";
      add_lines(value, inner, text);
    } else if (value.is_array() && value.front().is_object()) {
      text += "\n";
      for (const Json& element : value) text += inner + inline_text(element) + "\n";
    } else {
      text += " " + indented(inline_text(value), inner) + "\n";
    }
  }
}

}  // namespace

std::string inspection_text(const std::string& json) {
  const Json object = Json::parse(json, nullptr, false);
  if (!object.is_object()) throw std::invalid_argument("not a JSON object: " + json);
  std::string text;
  add_lines(object, "", text);
  if (!text.empty()) text.pop_back();
  return text;
}

}  // namespace tessera::launch
