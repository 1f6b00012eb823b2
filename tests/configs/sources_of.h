#pragma once

#include <string>
#include <utility>
#include <vector>

#include "configs/config_sources.h"

namespace tessera::configs {

/// Sources with one config file of this text, named job.yaml.
inline ConfigSources file_sources(std::string text) {
  ConfigSources sources;
  sources.file = ConfigSources::Document{"job.yaml", std::move(text)};
  return sources;
}

/// Sources with these options, as KEY, TEXT.
inline ConfigSources option_sources(
    const std::vector<std::pair<std::string, std::string>>& options) {
  ConfigSources sources;
  for (const auto& [key, text] : options) sources.options.push_back({key, {text}, "--" + key});
  return sources;
}

}  // namespace tessera::configs
