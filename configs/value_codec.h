#pragma once

#include <algorithm>
#include <functional>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "configs/bad_value.h"
#include "configs/config_key.h"

namespace tessera::configs {

/// How values of one type are read, written and described.
template <typename T>
struct ValueCodec {
  std::string type;
  std::string schema;
  std::vector<std::string> choices;
  ConfigKey::TextForm text_form = ConfigKey::TextForm::Word;
  std::function<T(const ConfigValue&)> read;  ///< \throws BadValue
  std::function<ConfigValue(const T&)> write;
};

/// `values` are the names with what they stand for; every value of the field has one. Whole numbers
/// are written as such.
template <typename E>
ValueCodec<E> choice(std::vector<std::pair<std::string, E>> values) {
  ValueCodec<E> codec;
  for (const auto& [name, value] : values) {
    codec.choices.push_back(name);
    codec.type += (codec.type.empty() ? "" : ", ") + name;
    codec.schema += codec.schema.empty() ? "" : ", ";
    codec.schema += std::is_integral_v<E> ? name : json_string(name);
  }
  codec.schema = "\"enum\": [" + codec.schema + "]";
  codec.read = [values](const ConfigValue& written) {
    for (const auto& [name, value] : values) {
      if (written.is_scalar() && written.text == name) return value;
    }
    throw BadValue(written);
  };
  codec.write = [values](const E& wanted) {
    const auto same = [&](const auto& pair) { return pair.second == wanted; };
    const auto found = std::find_if(values.begin(), values.end(), same);
    const bool is_number = std::is_integral_v<E>;
    return ConfigValue::scalar(found->first,
                               is_number ? ConfigValue::Style::Literal : ConfigValue::Style::Plain);
  };
  return codec;
}

/// A value or `word`, which stands for the empty optional; "null" also takes YAML's null.
template <typename T>
ValueCodec<std::optional<T>> optional_of(const std::string& word, ValueCodec<T> inner) {
  const bool is_null = word == "null";
  ValueCodec<std::optional<T>> codec;
  codec.type = word + " or " + inner.type;
  codec.schema = "\"anyOf\": [{" +
                 (is_null ? "\"type\": \"null\"" : "\"const\": " + json_string(word)) + "}, {" +
                 inner.schema + "}]";
  codec.choices = inner.choices;
  codec.text_form = inner.text_form;
  codec.read = [word, is_null, inner](const ConfigValue& written) -> std::optional<T> {
    if (is_null && written.is_null()) return std::nullopt;
    if (!is_null && written.is_scalar() && written.text == word) return std::nullopt;
    return inner.read(written);
  };
  codec.write = [word, is_null, inner](const std::optional<T>& value) {
    if (value) return inner.write(*value);
    return is_null ? ConfigValue::null() : ConfigValue::scalar(word, ConfigValue::Style::Plain);
  };
  return codec;
}

/// One value or a list of at least one; `items` is the plural in the description.
template <typename T>
ValueCodec<std::vector<T>> list_of(const std::string& items, ValueCodec<T> inner) {
  ValueCodec<std::vector<T>> codec;
  codec.type = inner.type + ", or a list of " + items;
  codec.schema = "\"anyOf\": [{" + inner.schema + "}, {\"type\": \"array\", \"minItems\": 1, " +
                 "\"items\": {" + inner.schema + "}}]";
  codec.text_form = inner.text_form == ConfigKey::TextForm::Text ? ConfigKey::TextForm::Texts
                                                                 : ConfigKey::TextForm::List;
  codec.read = [inner](const ConfigValue& written) {
    std::vector<T> values;
    if (written.form != ConfigValue::Form::List) {
      values.push_back(inner.read(written));
    } else {
      for (const ConfigValue& item : written.items) values.push_back(inner.read(item));
    }
    if (values.empty()) throw BadValue(written);
    return values;
  };
  codec.write = [inner](const std::vector<T>& values) {
    std::vector<ConfigValue> items_written;
    for (const T& value : values) items_written.push_back(inner.write(value));
    return ConfigValue::list(std::move(items_written));
  };
  return codec;
}

/// `field` takes a JobConfig (const or not) and returns a reference to the key's field.
template <typename T, typename Field>
ConfigKey make_key(std::string path, ValueCodec<T> codec, ConfigKey::Picture picture,
                   std::string doc, Field field) {
  ConfigKey key{std::move(path), codec.type, codec.schema,    codec.choices,  codec.text_form,
                picture,         doc,        /*set=*/nullptr, /*get=*/nullptr};
  key.set = [codec, field](JobConfig& job, const ConfigValue& written) {
    field(job) = codec.read(written);
  };
  key.get = [codec, field](const JobConfig& job) { return codec.write(field(job)); };
  return key;
}

}  // namespace tessera::configs
