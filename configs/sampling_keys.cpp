#include <limits>

#include "configs/key_sections.h"
#include "configs/value_codecs.h"

namespace tessera::configs {

std::vector<ConfigKey> sampling_keys() {
  using Picture = ConfigKey::Picture;
  using Scheduler = JobConfig::Scheduler;
  using Spacing = JobConfig::TimestepSpacing;
  using State = JobConfig::StateDtype;
  return {
      make_key(
          "sampling.scheduler",
          choice<Scheduler>({{"euler", Scheduler::Euler},
                             {"euler_ancestral", Scheduler::EulerAncestral},
                             {"ddim", Scheduler::Ddim}}),
          Picture::Changes, "Sampler. SDXL-Turbo wants euler_ancestral, clips have ddim alone.",
          [](auto& job) -> auto& { return job.sampling.scheduler; }),
      make_key(
          "sampling.steps", integer(1, 1000), Picture::Changes,
          "Steps of the schedule; stages after the first run its end only.",
          [](auto& job) -> auto& { return job.sampling.steps; }),
      make_key(
          "sampling.guidance_scale", number(0, std::numeric_limits<double>::infinity()),
          Picture::Changes,
          "Weight of the prompt. 0 and 1 turn guidance off and halve the work; in official mode "
          "every value up to 1 does.",
          [](auto& job) -> auto& { return job.sampling.guidance_scale; }),
      make_key(
          "sampling.guidance_rescale", number(0, 1), Picture::Changes,
          "Share by which the guided prediction gets the spread of the plain one back.",
          [](auto& job) -> auto& { return job.sampling.guidance_rescale; }),
      make_key(
          "sampling.eta", number(0, 1), Picture::Changes,
          "Noise that ddim adds in every step, as a share of what DDPM would.",
          [](auto& job) -> auto& { return job.sampling.eta; }),
      make_key(
          "sampling.timestep_spacing",
          choice<Spacing>({{"leading", Spacing::Leading}, {"trailing", Spacing::Trailing}}),
          Picture::Changes,
          "How the steps spread over the training timesteps. SDXL-Turbo wants trailing.",
          [](auto& job) -> auto& { return job.sampling.timestep_spacing; }),
      make_key(
          "sampling.state", choice<State>({{"fp32", State::Fp32}, {"fp16", State::Fp16}}),
          Picture::Changes,
          "Precision of the latents between steps; fp16 only to study the rounding of the "
          "published program.",
          [](auto& job) -> auto& { return job.sampling.state; }),
  };
}

}  // namespace tessera::configs
