#pragma once

#include <string>

#include "storage/checkpoint_data.h"
#include "worker/render_task.h"
#include "worker/stage_snapshot.h"

namespace tessera::coordinator {

/// The whole canvas of a stage, every value the same.
inline storage::CheckpointArray sample_canvas(const worker::StagePlan& stage, float value) {
  return {{1, 4, stage.latent.rows, stage.latent.cols},
          std::vector<float>(4 * static_cast<std::size_t>(stage.latent.area()), value)};
}

/// x is 10 s + step / 100 at stage s, z_up its negative.
inline worker::StageSnapshot sample_snapshot(const worker::RenderTask& task, int item, int stage,
                                             int step) {
  const worker::StagePlan& plan = task.stages[static_cast<std::size_t>(stage)];
  const float value = 10.0f * static_cast<float>(stage) + static_cast<float>(step) / 100.0f;
  return {item, stage, step, sample_canvas(plan, value),
          stage > 0 ? sample_canvas(plan, -value) : storage::CheckpointArray()};
}

/// What a run knows about all its checkpoints.
inline storage::CheckpointData sample_checkpoint_base() {
  storage::CheckpointData base;
  base.writer_version = "0.1.0";
  base.config_hash = base.plan_hash = std::string(64, 'a');
  base.mode = "paper";
  base.config_yaml = "seed: 100\n";
  base.picture_keys = R"({"seed":100})";
  base.inputs = {{"model.path", std::string(64, 'b')}};
  return base;
}

}  // namespace tessera::coordinator
