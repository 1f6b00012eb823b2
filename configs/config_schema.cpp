#include "configs/config_schema.h"

#include <vector>

#include "configs/config_keys.h"
#include "configs/job_config.h"

namespace tessera::configs {
namespace {

std::string property(const ConfigKey& key, const JobConfig& defaults, const std::string& indent) {
  return indent + json_string(last_element_of(key.path)) + ": {\n" + indent +
         "  \"description\": " + json_string(key.doc) + ",\n" + indent +
         "  \"default\": " + to_json(key.get(defaults)) + ",\n" + indent + "  " + key.schema +
         "\n" + indent + "}";
}

/// The keys of one section; consecutive in config_keys().
std::string section_object(const std::string& section, const std::string& indent) {
  const JobConfig defaults;
  std::string members;
  for (const ConfigKey& key : config_keys()) {
    if (section_of(key.path) != section) continue;
    members += (members.empty() ? "" : ",\n") + property(key, defaults, indent);
  }
  return members;
}

std::vector<std::string> sections() {
  std::vector<std::string> names;
  for (const ConfigKey& key : config_keys()) {
    const std::string name = section_of(key.path);
    if (!name.empty() && (names.empty() || names.back() != name)) names.push_back(name);
  }
  return names;
}

}  // namespace

std::string config_schema_json() {
  std::string text =
      "{\n  \"$schema\": \"https://json-schema.org/draft/2020-12/schema\",\n"
      "  \"title\": \"tessera configuration, schema version 1\",\n"
      "  \"type\": \"object\",\n  \"additionalProperties\": false,\n  \"properties\": {\n";
  text += section_object("", "    ");
  for (const std::string& name : sections()) {
    text += ",\n    " + json_string(name) +
            ": {\n      \"type\": \"object\",\n      \"additionalProperties\": false,\n"
            "      \"properties\": {\n" +
            section_object(name, "        ") + "\n      }\n    }";
  }
  return text + "\n  }\n}\n";
}

std::string config_key_table() {
  const JobConfig defaults;
  std::string table = "| Key | Type | Default | Picture | Meaning |\n|---|---|---|---|---|\n";
  for (const ConfigKey& key : config_keys()) {
    const bool changes = key.picture == ConfigKey::Picture::Changes;
    table += "| `" + key.path + "` | " + key.type + " | `" + to_yaml(key.get(defaults)) + "` | " +
             (changes ? "yes" : "") + " | " + key.doc + " |\n";
  }
  return table;
}

}  // namespace tessera::configs
