#include "worker/row_upscale.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include "model/sampling/bicubic_upscale.h"
#include "partition/canonical_blocks.h"
#include "partition/strip_layout.h"
#include "tests/support/run_ranks.h"
#include "tests/worker/spatial/strip_scene.h"

namespace tessera::testing {
namespace {

using partition::RowRange;

/// Strips of blocks of 4 rows on the first members, nothing on the others.
worker::SpreadRows spread(partition::Extent map, int members) {
  const auto blocks = partition::canonical_blocks(map.rows, 4);
  const int strips = std::min(members, static_cast<int>(blocks.size()));
  const partition::StripLayout layout = partition::make_strips(blocks, strips);
  worker::SpreadRows rows{{layout.all().begin(), layout.all().end()}, map};
  rows.of_member.resize(static_cast<std::size_t>(members));
  return rows;
}

class RowUpscale : public ::testing::TestWithParam<int> {};

// Sizes that are no multiples of each other: source rows come from several owners.
TEST_P(RowUpscale, GivesEveryMemberItsRowsOfTheResizedMap) {
  constexpr partition::Extent kSource{8, 5};
  constexpr partition::Extent kTarget{20, 7};
  const at::Tensor map = wave({3, 4, kSource.rows, kSource.cols}, 1, 1.0);
  const at::Tensor whole =
      model::bicubic_rows(map, {0, kSource.rows}, kSource, {0, kTarget.rows}, kTarget);
  run_ranks(GetParam(), [&](comm::Communicator& world) {
    const worker::SpreadRows source = spread(kSource, world.size());
    const worker::SpreadRows target = spread(kTarget, world.size());
    const auto me = static_cast<std::size_t>(world.rank());
    const RowRange held = source.of_member[me];
    const RowRange wanted = target.of_member[me];
    const at::Tensor rows = worker::upscale_rows(
        world, map.narrow(2, held.begin, held.rows()).contiguous(), source, target);
    expect_same_bits(rows, whole.narrow(2, wanted.begin, wanted.rows()), "rows of the target");
  });
}

// Two guidance halves hold the same strips; the rows of the first are the source of both.
TEST_P(RowUpscale, ServesTargetsThatOverlap) {
  constexpr partition::Extent kSource{4, 5};
  constexpr partition::Extent kTarget{8, 10};
  const at::Tensor map = wave({2, 4, kSource.rows, kSource.cols}, 2, 1.0);
  run_ranks(GetParam(), [&](comm::Communicator& world) {
    const auto members = static_cast<std::size_t>(world.size());
    worker::SpreadRows source{std::vector<RowRange>(members), kSource};
    source.of_member[0] = {0, kSource.rows};
    const worker::SpreadRows target{std::vector<RowRange>(members, {0, kTarget.rows}), kTarget};
    const bool owner = world.rank() == 0;
    const at::Tensor rows =
        worker::upscale_rows(world, owner ? map : map.narrow(2, 0, 0), source, target);
    expect_same_bits(rows, model::bicubic_rows(map, {0, 4}, kSource, {0, 8}, kTarget), "all rows");
  });
}

INSTANTIATE_TEST_SUITE_P(Ranks, RowUpscale, ::testing::Values(1, 2, 3, 5, 6));

}  // namespace
}  // namespace tessera::testing
