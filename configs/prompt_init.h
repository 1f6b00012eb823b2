#pragma once

#include "configs/job_config.h"

namespace tessera::configs {

/// What the pictures of a prompt start from: the keys init.* with what the prompt sets for itself.
/// The strength is 0 where there is no image, unless the prompt sets one.
JobConfig::Init init_of(const JobConfig& job, const PromptConfig& prompt);

/// "prompt 3": how messages name the entry with this index.
std::string prompt_name(std::size_t index);

}  // namespace tessera::configs
