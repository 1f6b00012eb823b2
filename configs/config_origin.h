#pragma once

#include <map>
#include <string>

#include "configs/config_place.h"

namespace tessera::configs {

/// Which source set a key. Kinds ascend in precedence: a higher one overrides a lower one.
struct ConfigOrigin {
  enum class Kind {
    Default,
    VideoDefault,
    Mode,
    Preset,
    ConfigFile,
    Picture,
    Environment,
    Option,
    PromptsFile,
    Drawn
  };

  Kind kind = Kind::Default;
  ConfigPlace place;

  bool operator==(const ConfigOrigin&) const = default;
};

/// For people: "default", "kind video", "method.mode official", "preset demo", "job.yaml:3:5",
/// "TESSERA_SEED", "option --seed", "prompts file p.csv".
std::string describe(const ConfigOrigin& origin);

/// The origin of every key.
class ConfigOrigins {
 public:
  void set(const std::string& key, ConfigOrigin origin) { origins_[key] = std::move(origin); }
  /// Default for a key that no source set.
  const ConfigOrigin& of(const std::string& key) const;
  bool is_default(const std::string& key) const {
    return of(key).kind == ConfigOrigin::Kind::Default;
  }

 private:
  std::map<std::string, ConfigOrigin> origins_;
};

}  // namespace tessera::configs
