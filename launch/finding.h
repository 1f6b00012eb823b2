#pragma once

#include <string>

namespace tessera::launch {

/// What `tessera doctor` found out about one thing.
struct Finding {
  /// Fail: a render would not work. Warn: it works, but not as well or as safely as it could. Skip:
  /// there is nothing to check here.
  enum class Level { Ok, Warn, Fail, Skip };

  Level level = Level::Ok;
  std::string text;  ///< what, then the values; a remedy unless Ok

  bool operator==(const Finding&) const = default;
};

/// "ok", "warn", "fail", "skip".
inline const char* level_name(Finding::Level level) {
  constexpr const char* kNames[] = {"ok", "warn", "fail", "skip"};
  return kNames[static_cast<int>(level)];
}

}  // namespace tessera::launch
