#include "configs/config_keys.h"

#include <algorithm>

#include "configs/key_sections.h"
#include "configs/nearest_name.h"

namespace tessera::configs {
namespace {

std::vector<ConfigKey> all_keys() {
  std::vector<ConfigKey> keys;
  for (const auto section : {job_keys, prompt_keys, model_keys, sampling_keys, cascade_keys,
                             blend_keys, method_keys, attention_keys, picture_keys, video_keys,
                             distributed_keys, checkpoint_keys, output_keys, message_keys}) {
    for (ConfigKey& key : section()) keys.push_back(std::move(key));
  }
  return keys;
}

std::vector<std::string> spellings_of_all_keys() {
  std::vector<std::string> names;
  for (const ConfigKey& key : config_keys()) names.push_back(key.path);
  for (const ConfigKey& key : config_keys()) names.push_back(last_element_of(key.path));
  return names;
}

}  // namespace

const std::vector<ConfigKey>& config_keys() {
  static const std::vector<ConfigKey> keys = all_keys();
  return keys;
}

const ConfigKey* find_key(std::string_view path) {
  const auto& keys = config_keys();
  const auto found = std::find_if(keys.begin(), keys.end(),
                                  [&](const ConfigKey& key) { return key.path == path; });
  return found == keys.end() ? nullptr : &*found;
}

std::string nearest_key(std::string_view wrong) {
  const std::vector<std::string> names = spellings_of_all_keys();
  const std::string nearest = nearest_name(wrong, names);
  const auto found = std::find(names.begin(), names.end(), nearest);
  if (found == names.end()) return "";
  const auto index = static_cast<std::size_t>(found - names.begin());
  return config_keys()[index % config_keys().size()].path;
}

std::string section_of(const std::string& path) {
  const std::size_t dot = path.find('.');
  return dot == std::string::npos ? "" : path.substr(0, dot);
}

std::string last_element_of(const std::string& path) { return path.substr(path.rfind('.') + 1); }

}  // namespace tessera::configs
