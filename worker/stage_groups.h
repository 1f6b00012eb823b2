#pragma once

#include <map>
#include <memory>
#include <vector>

#include "comm/communicator.h"
#include "worker/render_task.h"
#include "worker/spatial/strip_group.h"

namespace tessera::worker {

/// The groups of ranks behind every stage of a task, seen from one rank, and the rows that every
/// rank holds in each of a stage's two layouts: strips of the U-Net (the same rows in both guidance
/// halves) and rows of the autoencoder (the halves of a pair divide their strip).
class StageGroups {
 public:
  /// Collective over `world`, which outlives this object.
  StageGroups(const RenderTask& task, comm::Communicator& world);

  bool has_strip(int stage) const { return at(stage).strip >= 0; }
  bool has_vae_rows(int stage) const { return at(stage).vae.member >= 0; }
  int half(int stage) const { return at(stage).half; }
  /// Precondition: has_strip(stage).
  const StripGroup& strips(int stage) const { return at(stage).strips; }
  /// Precondition: has_vae_rows(stage).
  const StripGroup& vae(int stage) const { return at(stage).vae; }
  /// The two ranks of one strip, half 0 first; nullptr without guidance halves.
  comm::Communicator* pair(int stage) const { return at(stage).pair; }
  /// All ranks: rows between layouts, tiles and pictures.
  comm::Communicator& rows() const { return *rows_; }

  /// Latent rows per world rank; empty ranges where a rank holds none.
  const std::vector<partition::RowRange>& strip_rows(int stage) const {
    return at(stage).strip_rows;
  }
  const std::vector<partition::RowRange>& vae_rows(int stage) const { return at(stage).vae_rows; }
  /// strip_rows() of the ranks of one guidance half, empty ranges for the others.
  std::vector<partition::RowRange> strip_rows_of_half(int stage, int half) const;

  comm::TrafficCounters traffic() const;  ///< sum over all groups

 private:
  struct Stage {
    int half = 0;
    int strip = -1;
    StripGroup strips;
    StripGroup vae;
    comm::Communicator* pair = nullptr;
    std::vector<partition::RowRange> strip_rows;
    std::vector<partition::RowRange> vae_rows;
  };
  struct StripComms {
    std::unique_ptr<comm::Communicator> gathers, halos, pair;
  };

  const Stage& at(int stage) const { return stages_.at(static_cast<std::size_t>(stage)); }
  Stage make_stage(const RenderTask& task, const StagePlan& plan, comm::Communicator& world);
  void join_vae(Stage& stage, const StagePlan& plan, comm::Communicator& world);

  partition::RankGrid grid_;
  std::unique_ptr<comm::Communicator> rows_;
  std::map<int, StripComms> strip_comms_;             ///< by strip count
  std::map<std::vector<int>, StripComms> vae_comms_;  ///< by the ranks that hold rows
  std::vector<Stage> stages_;
};

}  // namespace tessera::worker
