#include "configs/method_mode.h"

namespace tessera::configs {
namespace {

constexpr double kRestartFraction = 0.3;  // of 50 steps: step 15
constexpr double kDilateTau = 35;         // a step, whatever the number of steps

class ModeFiller {
 public:
  explicit ModeFiller(ConfigOrigins& origins) : origins_(origins) {}

  template <typename Field, typename Value>
  void fill(const char* key, Field& field, const Value& value) {
    if (!origins_.is_default(key)) return;
    field = value;
    origins_.set(key, {ConfigOrigin::Kind::Mode, {}});
  }

 private:
  ConfigOrigins& origins_;
};

void settle_restart(JobConfig& job, ConfigOrigins& origins) {
  const ConfigOrigin timestep = origins.of("cascade.restart_timestep");
  if (timestep.kind <= origins.of("cascade.restart_fraction").kind) return;
  job.cascade.restart_fraction.reset();
  origins.set("cascade.restart_fraction", timestep);
}

}  // namespace

void apply_method_mode(JobConfig& job, ConfigOrigins& origins) {
  if (job.method.mode == JobConfig::Mode::Official) {
    ModeFiller mode(origins);
    mode.fill("method.dilation_axes", job.method.dilation_axes, JobConfig::DilationAxes::Width);
    mode.fill("method.blur_axes", job.method.blur_axes, JobConfig::BlurAxes::HeightWidthChannel);
    mode.fill("method.border_tokens", job.method.border_tokens, JobConfig::BorderTokens::NullKeys);
    mode.fill("method.dilate_tau", job.method.dilate_tau, kDilateTau);
    mode.fill("cascade.restart_fraction", job.cascade.restart_fraction, kRestartFraction);
    mode.fill("vae.mode", job.vae.mode, JobConfig::VaeMode::Tiled);
    mode.fill("model.tokenizer", job.model.tokenizer, JobConfig::Tokenizer::ClipBasic);
  }
  settle_restart(job, origins);
}

}  // namespace tessera::configs
