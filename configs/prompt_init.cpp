#include "configs/prompt_init.h"

namespace tessera::configs {

JobConfig::Init init_of(const JobConfig& job, const PromptConfig& prompt) {
  JobConfig::Init init;
  init.image = prompt.image.value_or(job.init.image);
  init.mask = prompt.mask.value_or(job.init.mask);
  init.strength = prompt.strength.value_or(init.image.empty() ? 0 : job.init.strength);
  return init;
}

std::string prompt_name(std::size_t index) { return "prompt " + std::to_string(index + 1); }

}  // namespace tessera::configs
