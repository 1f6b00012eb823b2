#include "worker/stage_groups.h"

#include "partition/strip_layout.h"

namespace tessera::worker {

using partition::RowRange;

namespace {

/// Rows of the autoencoder per world rank.
std::vector<RowRange> autoencoder_rows(const partition::RankGrid& grid, const StagePlan& plan,
                                       const std::vector<RowRange>& strip_rows) {
  if (grid.halves == 1) return strip_rows;
  const auto members = partition::split_between_halves(plan.blocks, plan.strip_count);
  std::vector<RowRange> rows(strip_rows.size());
  for (int rank = 0; rank < grid.world; ++rank) {
    if (!grid.has_place(rank) || grid.place(rank).strip >= plan.strip_count) continue;
    const partition::RankPlace place = grid.place(rank);
    rows[static_cast<std::size_t>(rank)] =
        members[static_cast<std::size_t>(place.half * plan.strip_count + place.strip)];
  }
  return rows;
}

/// Rows of the U-Net strips per world rank.
std::vector<RowRange> unet_rows(const partition::RankGrid& grid, const StagePlan& plan) {
  const partition::StripLayout layout = partition::make_strips(plan.blocks, plan.strip_count);
  std::vector<RowRange> rows(static_cast<std::size_t>(grid.world));
  for (int rank = 0; rank < grid.world; ++rank) {
    if (!grid.has_place(rank)) continue;
    const int strip = grid.place(rank).strip;
    if (strip < plan.strip_count) rows[static_cast<std::size_t>(rank)] = layout.rows(strip);
  }
  return rows;
}

}  // namespace

StageGroups::StageGroups(const RenderTask& task, comm::Communicator& world)
    : grid_(task.grid), rows_(world.split(0, world.rank())) {
  for (const StagePlan& plan : task.stages) stages_.push_back(make_stage(task, plan, world));
}

std::vector<RowRange> StageGroups::strip_rows_of_half(int stage, int half) const {
  std::vector<RowRange> rows = strip_rows(stage);
  for (int rank = 0; rank < grid_.world; ++rank) {
    const bool member = grid_.has_place(rank) && grid_.place(rank).half == half;
    if (!member) rows[static_cast<std::size_t>(rank)] = {};
  }
  return rows;
}

StageGroups::Stage StageGroups::make_stage(const RenderTask& task, const StagePlan& plan,
                                           comm::Communicator& world) {
  Stage stage;
  const partition::RankGrid& grid = task.grid;
  const int rank = world.rank();
  stage.strip_rows = unet_rows(grid, plan);
  stage.vae_rows = autoencoder_rows(grid, plan, stage.strip_rows);
  if (grid.has_place(rank)) stage.half = grid.place(rank).half;
  if (!stage.strip_rows[static_cast<std::size_t>(rank)].empty()) {
    stage.strip = grid.place(rank).strip;
  }
  const auto [entry, added] = strip_comms_.try_emplace(plan.strip_count);
  if (added) {
    const int color = stage.strip >= 0 ? stage.half : -1;
    entry->second.gathers = world.split(color, rank);
    entry->second.halos = world.split(color, rank);
    entry->second.pair = world.split(grid.halves == 2 ? stage.strip : -1, rank);
  }
  stage.pair = entry->second.pair.get();
  if (stage.strip >= 0) {
    const partition::StripLayout layout = partition::make_strips(plan.blocks, plan.strip_count);
    stage.strips = {entry->second.gathers.get(),
                    entry->second.halos.get(),
                    plan.latent,
                    {layout.all().begin(), layout.all().end()},
                    plan.blocks,
                    stage.strip};
  }
  join_vae(stage, plan, world);
  return stage;
}

void StageGroups::join_vae(Stage& stage, const StagePlan& plan, comm::Communicator& world) {
  std::vector<int> ranks;
  stage.vae = {nullptr, nullptr, plan.latent, {}, plan.blocks, -1};
  for (int rank = 0; rank < world.size(); ++rank) {
    const RowRange rows = stage.vae_rows[static_cast<std::size_t>(rank)];
    if (rows.empty()) continue;
    if (rank == world.rank()) stage.vae.member = static_cast<int>(ranks.size());
    ranks.push_back(rank);
    stage.vae.owned.push_back(rows);
  }
  const auto [entry, added] = vae_comms_.try_emplace(ranks);
  if (added) {
    const int color = stage.vae.member >= 0 ? 0 : -1;
    entry->second.gathers = world.split(color, world.rank());
    entry->second.halos = world.split(color, world.rank());
  }
  stage.vae.gathers = entry->second.gathers.get();
  stage.vae.halos = entry->second.halos.get();
}

comm::TrafficCounters StageGroups::traffic() const {
  comm::TrafficCounters total = rows_->traffic();
  const auto add = [&](const std::unique_ptr<comm::Communicator>& group) {
    if (group != nullptr) total += group->traffic();
  };
  const auto add_all = [&](const auto& groups) {
    for (const auto& [key, comms] : groups) {
      add(comms.gathers);
      add(comms.halos);
      add(comms.pair);
    }
  };
  add_all(strip_comms_);
  add_all(vae_comms_);
  return total;
}

}  // namespace tessera::worker
