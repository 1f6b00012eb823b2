#pragma once

#include <string>

namespace tessera::configs {

/// Where a value was written.
struct ConfigPlace {
  std::string source;  ///< file name, "--cosine-scale", "TESSERA_SEED", ...
  int line = 0;        ///< from 1; 0 where lines have no meaning
  int column = 0;      ///< from 1; 0 where only the line is known

  bool operator==(const ConfigPlace&) const = default;
  /// "job.yaml:14:3", or the source alone.
  std::string text() const {
    if (line == 0) return source;
    const std::string place = source + ":" + std::to_string(line);
    return column == 0 ? place : place + ":" + std::to_string(column);
  }
};

}  // namespace tessera::configs
