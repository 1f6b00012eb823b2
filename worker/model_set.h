#pragma once

#include <memory>
#include <string>
#include <vector>

#include "model/sampling/noise_scheduler_config.h"
#include "model/text/prompt_embedding.h"
#include "model/unet/unet.h"
#include "model/vae/vae_decoder.h"
#include "model/vae/vae_encoder.h"
#include "worker/render_task.h"

namespace tessera::worker {

/// The networks of one model folder, fp32 on the CPU. Immutable after loading.
struct ModelSet {
  model::TextTowers text;
  model::Unet unet;
  model::VaeConfig vae;
  model::VaeDecoder decoder;
  model::VaeEncoder encoder;
  model::SchedulerConfig scheduler;
  std::vector<std::string> warnings;  ///< one sentence each, for the user
};

/// \throws storage::MissingFileError, storage::DataError naming file, tensor or field.
std::unique_ptr<ModelSet> load_model_set(const ModelFiles& files);

}  // namespace tessera::worker
