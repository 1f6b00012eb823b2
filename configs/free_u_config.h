#pragma once

namespace tessera::configs {

/// Factors of the key method.freeu.
struct FreeUConfig {
  double b1 = 1.1;
  double b2 = 1.2;
  double s1 = 0.6;
  double s2 = 0.4;

  bool operator==(const FreeUConfig&) const = default;
};

}  // namespace tessera::configs
