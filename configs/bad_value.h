#pragma once

#include <exception>
#include <utility>

#include "configs/config_value.h"

namespace tessera::configs {

/// A value that its key does not take. The reader turns it into a ConfigError.
class BadValue : public std::exception {
 public:
  /// \param value  the part that is wrong, e.g. one element of a list.
  explicit BadValue(ConfigValue value) : value_(std::move(value)) {}

  const ConfigValue& value() const { return value_; }
  const char* what() const noexcept override { return "a value that its key does not take"; }

 private:
  ConfigValue value_;
};

}  // namespace tessera::configs
