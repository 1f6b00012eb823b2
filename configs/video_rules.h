#pragma once

#include <optional>
#include <string>

#include "configs/job_config.h"

namespace tessera::configs {

/// What is wrong with a key.
struct RuleBreach {
  std::string key;
  std::string what;  ///< for the user; begins with the key and says what is allowed
};

/// The first key whose value the job's kind does not have: pictures that ask for what clips have
/// alone, clips that ask for what they do not have.
std::optional<RuleBreach> breach_of_kind(const JobConfig& job);

}  // namespace tessera::configs
