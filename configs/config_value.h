#pragma once

#include <optional>
#include <string>
#include <vector>

#include "configs/config_place.h"

namespace tessera::configs {

/// A value as it was written, before a key gives it a type: YAML without its library.
struct ConfigValue {
  enum class Form { Null, Scalar, List, Map };
  enum class Style {
    Plain,    ///< a word: may stand for null, a number, a name
    Quoted,   ///< text, whatever it looks like
    Literal,  ///< a number or true/false that was made from a typed value
  };
  struct Entry;

  Form form = Form::Null;
  Style style = Style::Plain;
  std::string text;                ///< scalars
  std::vector<ConfigValue> items;  ///< lists
  std::vector<Entry> entries;      ///< maps, in the order of the text
  ConfigPlace place;

  static ConfigValue null() { return {}; }
  static ConfigValue scalar(std::string text, Style style);
  static ConfigValue list(std::vector<ConfigValue> items);

  bool is_null() const;
  bool is_scalar() const { return form == Form::Scalar; }
};

struct ConfigValue::Entry {
  std::string name;
  ConfigPlace place;  ///< of the name
  ConfigValue value;
};

/// One line of YAML in flow style, which a config file may hold.
std::string to_yaml(const ConfigValue& value);
/// One line of JSON: words become strings.
std::string to_json(const ConfigValue& value);
/// A JSON string with its quotes. \param text  UTF-8.
std::string json_string(const std::string& text);
/// The value as its author wrote it, cut to a length that fits into a message.
std::string shown(const ConfigValue& value);

}  // namespace tessera::configs
