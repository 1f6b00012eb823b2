#include "model/sampling/noise_scheduler_config.h"

#include <string>

#include "model/config_json.h"

namespace tessera::model {
namespace {

/// The sampler and the spacing of a run come from its configuration, the file only names the family
/// whose other fields are understood.
void require_euler(const ConfigJson& config) {
  const std::string name = config.text("_class_name");
  if (name == "EulerDiscreteScheduler" || name == "EulerAncestralDiscreteScheduler") return;
  config.refuse("_class_name", "\"" + name +
                                   "\" is not supported; expected EulerDiscreteScheduler or "
                                   "EulerAncestralDiscreteScheduler");
}

}  // namespace

SchedulerConfig read_scheduler_config(const std::filesystem::path& config_json) {
  const ConfigJson config(config_json);
  SchedulerConfig result;
  require_euler(config);
  config.require_text("prediction_type", {"epsilon"});
  config.require_text("interpolation_type", {"linear"});
  config.require_text("timestep_type", {"discrete"});
  config.require_text("final_sigmas_type", {"zero"});
  if (config.text("beta_schedule") != "scaled_linear") {
    config.refuse("beta_schedule", "\"" + config.text("beta_schedule") +
                                       "\" is not supported; expected scaled_linear");
  }
  for (const char* field : {"use_karras_sigmas", "use_exponential_sigmas", "use_beta_sigmas",
                            "trained_betas", "rescale_betas_zero_snr", "sigma_min", "sigma_max"}) {
    config.require_absent(field);
  }
  result.train_steps = config.integer_or("num_train_timesteps", 1000);
  if (result.train_steps < 2) config.refuse("num_train_timesteps", "must be at least 2");
  result.steps_offset = config.integer_or("steps_offset", 0);
  result.beta_start = config.number("beta_start");
  result.beta_end = config.number("beta_end");
  if (result.beta_start <= 0 || result.beta_end <= result.beta_start || result.beta_end >= 1) {
    config.refuse("beta_end", "needs 0 < beta_start < beta_end < 1");
  }
  return result;
}

}  // namespace tessera::model
