#pragma once

#include <string>

#include "worker/stage_plan.h"
#include "worker/stage_snapshot.h"
#include "worker/worker.h"

namespace tessera::worker {

/// One item on one rank from its prompts to its last stage: what the commands of a worker do with
/// it. Stages begin and end in order. All ranks make the same calls; ranks without a strip of a
/// stage take part in its collectives alone.
class ItemRender {
 public:
  virtual ~ItemRender() = default;

  /// Words of the prompts that do not fit, for the message of an outcome, or "".
  virtual std::string warning() const = 0;
  /// \param stored  the state to go on from, or nullptr: the stage begins with noise or with what
  /// the stage before it left. \throws storage::DataError if that does not fit the stage.
  virtual void begin_stage(const StagePlan& plan, const StageSnapshot* stored) = 0;
  virtual void step(int index) = 0;
  /// The state before step `step`, on rank 0; without arrays elsewhere.
  virtual StageSnapshot snapshot(const StagePlan& plan, int step) = 0;
  /// Decodes. \param outcome  gets the time in the autoencoder.
  virtual void end_stage(const StagePlan& plan, const PictureRows& deliver, Outcome& outcome) = 0;
  /// In the U-Net since the stage began, communication included.
  virtual double unet_seconds() const = 0;
};

}  // namespace tessera::worker
