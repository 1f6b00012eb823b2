#include "configs/config_origin.h"

namespace tessera::configs {

std::string describe(const ConfigOrigin& origin) {
  switch (origin.kind) {
    case ConfigOrigin::Kind::Default:
      return "default";
    case ConfigOrigin::Kind::VideoDefault:
      return "kind video";
    case ConfigOrigin::Kind::Mode:
      return "method.mode official";
    case ConfigOrigin::Kind::Preset:
      return origin.place.source;
    case ConfigOrigin::Kind::ConfigFile:
      return origin.place.text();
    case ConfigOrigin::Kind::Picture:
      return "picture " + origin.place.source;
    case ConfigOrigin::Kind::Environment:
      return origin.place.text();
    case ConfigOrigin::Kind::Option:
      return "option " + origin.place.text();
    case ConfigOrigin::Kind::PromptsFile:
      return "prompts file " + origin.place.source;
    case ConfigOrigin::Kind::Drawn:
      return "drawn";
  }
  return "default";
}

const ConfigOrigin& ConfigOrigins::of(const std::string& key) const {
  static const ConfigOrigin by_default;
  const auto found = origins_.find(key);
  return found == origins_.end() ? by_default : found->second;
}

}  // namespace tessera::configs
