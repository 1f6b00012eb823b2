#include "configs/prompt_codec.h"

#include <limits>

#include "configs/config_error.h"
#include "configs/nearest_name.h"
#include "configs/value_codecs.h"

namespace tessera::configs {
namespace {

constexpr const char* kText = "prompt";

/// One field of the map.
struct PromptField {
  std::string name;
  std::string type;
  std::string schema;
  std::function<void(PromptConfig&, const ConfigValue&)> set;          ///< \throws BadValue
  std::function<std::optional<ConfigValue>(const PromptConfig&)> get;  ///< nothing where unset
};

template <typename T>
PromptField field(std::string name, ValueCodec<T> codec, std::optional<T> PromptConfig::*member) {
  return {std::move(name), codec.type, codec.schema,
          [codec, member](PromptConfig& prompt, const ConfigValue& written) {
            prompt.*member = codec.read(written);
          },
          [codec, member](const PromptConfig& prompt) {
            const std::optional<T>& value = prompt.*member;
            return value ? std::optional(codec.write(*value)) : std::nullopt;
          }};
}

PromptField text_field() {
  const ValueCodec<std::string> codec = text("text", Emptiness::Refused);
  return {kText, codec.type, codec.schema,
          [codec](PromptConfig& prompt, const ConfigValue& written) {
            prompt.text = codec.read(written);
          },
          [codec](const PromptConfig& prompt) { return std::optional(codec.write(prompt.text)); }};
}

const std::vector<PromptField>& fields() {
  constexpr std::int64_t kLargestSeed = std::numeric_limits<std::int64_t>::max();
  static const std::vector<PromptField> all{
      text_field(),
      field("negative_prompt", optional_of("null", text("text", Emptiness::Allowed)),
            &PromptConfig::negative_prompt),
      field("seed", long_integer(0, kLargestSeed), &PromptConfig::seed),
      field("image", text("file", Emptiness::Allowed), &PromptConfig::image),
      field("mask", text("file", Emptiness::Allowed), &PromptConfig::mask),
      field("strength", number(0, 1), &PromptConfig::strength)};
  return all;
}

std::string field_names() {
  std::string names;
  for (const PromptField& known : fields()) names += (names.empty() ? "" : ", ") + known.name;
  return names;
}

[[noreturn]] void throw_unknown_field(const ConfigValue::Entry& entry) {
  if (entry.name == "resolutions") {
    throw ConfigError(
        entry.place.text() +
        ": prompt: field \"resolutions\" is not supported, since all prompts of a run "
        "have the sizes of cascade.resolutions. Render this one in a run of its own.");
  }
  std::vector<std::string> names;
  for (const PromptField& known : fields()) names.push_back(known.name);
  const std::string nearest = nearest_name(entry.name, names);
  throw ConfigError(entry.place.text() + ": prompt: unknown field \"" + entry.name + "\"." +
                    (nearest.empty() ? "" : " Did you mean \"" + nearest + "\"?") +
                    " Allowed: " + field_names() + ".");
}

void set_field(PromptConfig& prompt, const ConfigValue::Entry& entry) {
  const auto same = [&](const PromptField& known) { return known.name == entry.name; };
  const auto known = std::find_if(fields().begin(), fields().end(), same);
  if (known == fields().end()) throw_unknown_field(entry);
  try {
    known->set(prompt, entry.value);
  } catch (const BadValue& bad) {
    throw ConfigError(bad.value().place.text() + ": prompt, field \"" + entry.name + "\": " +
                      shown(bad.value()) + " is not allowed. Allowed: " + known->type + ".");
  }
}

PromptConfig read_map(const ConfigValue& written) {
  PromptConfig prompt;
  for (const ConfigValue::Entry& entry : written.entries) set_field(prompt, entry);
  if (prompt.text.empty()) {
    throw ConfigError(written.place.text() + ": prompt: there is no field \"" + kText +
                      "\", which holds the text.");
  }
  return prompt;
}

ConfigValue write_map(const PromptConfig& prompt) {
  ConfigValue map;
  map.form = ConfigValue::Form::Map;
  for (const PromptField& known : fields()) {
    if (auto value = known.get(prompt)) map.entries.push_back({known.name, {}, std::move(*value)});
  }
  return map;
}

std::string map_schema() {
  std::string properties;
  for (const PromptField& known : fields()) {
    properties +=
        (properties.empty() ? "" : ", ") + json_string(known.name) + ": {" + known.schema + "}";
  }
  return "\"type\": \"object\", \"additionalProperties\": false, \"required\": [" +
         json_string(kText) + "], \"properties\": {" + properties + "}";
}

}  // namespace

ValueCodec<PromptConfig> prompt_entry() {
  const ValueCodec<std::string> plain = text("text", Emptiness::Refused);
  ValueCodec<PromptConfig> codec;
  codec.type = "text or {" + field_names() + "}";
  codec.schema = "\"anyOf\": [{" + plain.schema + "}, {" + map_schema() + "}]";
  codec.text_form = ConfigKey::TextForm::Text;
  codec.read = [plain](const ConfigValue& written) {
    if (written.form == ConfigValue::Form::Map) return read_map(written);
    return PromptConfig{.text = plain.read(written)};
  };
  codec.write = [plain](const PromptConfig& prompt) {
    const bool alone = prompt == PromptConfig{.text = prompt.text};
    return alone ? plain.write(prompt.text) : write_map(prompt);
  };
  return codec;
}

}  // namespace tessera::configs
