#pragma once

#include <stdexcept>

namespace tessera::configs {

/// A configuration that cannot be used (exit code 2). The message starts with the place
/// (`file:line:column`, option or variable), names the key and the value, and says what is allowed.
class ConfigError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace tessera::configs
