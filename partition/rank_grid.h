#pragma once

#include <compare>

namespace tessera::partition {

enum class GuidanceSplit { Auto, On, Off };

/// Place of a rank: which guidance half it computes and which strip it would hold.
struct RankPlace {
  int half = 0;
  int strip = 0;

  auto operator<=>(const RankPlace&) const = default;
};

/// Guidance halves x strips. half = rank / ranks_per_half, strip = rank mod ranks_per_half, so a
/// half fills whole hosts. With an odd world and two halves the last rank has no place.
struct RankGrid {
  int world = 1;
  int halves = 1;
  int ranks_per_half = 1;

  auto operator<=>(const RankGrid&) const = default;
  bool has_place(int rank) const { return rank < halves * ranks_per_half; }
  RankPlace place(int rank) const { return {rank / ranks_per_half, rank % ranks_per_half}; }
  int rank_of(RankPlace place) const { return place.half * ranks_per_half + place.strip; }
};

/// Guidance as a rank grid sees it: two predictions per step, or one.
enum class Guidance { Off, On };

/// Auto takes two halves for an even world with guidance; On takes two for any world of at least
/// two; Off and an unguided job take one.
RankGrid make_rank_grid(int world, Guidance guidance, GuidanceSplit split);

}  // namespace tessera::partition
