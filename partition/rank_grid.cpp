#include "partition/rank_grid.h"

#include <stdexcept>
#include <string>

namespace tessera::partition {
namespace {

int halves_of(int world, Guidance guidance, GuidanceSplit split) {
  if (guidance == Guidance::Off || world < 2) {
    return 1;
  }
  switch (split) {
    case GuidanceSplit::Auto:
      return world % 2 == 0 ? 2 : 1;
    case GuidanceSplit::On:
      return 2;
    case GuidanceSplit::Off:
      return 1;
  }
  return 1;
}

}  // namespace

RankGrid make_rank_grid(int world, Guidance guidance, GuidanceSplit split) {
  if (world < 1) {
    throw std::invalid_argument("rank grid: " + std::to_string(world) + " ranks; at least 1");
  }
  const int halves = halves_of(world, guidance, split);
  return {world, halves, world / halves};
}

}  // namespace tessera::partition
