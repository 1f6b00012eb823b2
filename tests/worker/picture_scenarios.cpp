// Pictures travel to rank 0 in bands from top to bottom, for every number of ranks.
#include <ATen/ATen.h>

#include <algorithm>
#include <array>

#include "tests/worker/rank_scenario.h"
#include "tests/worker/spatial/strip_scene.h"
#include "worker/picture_rows.h"

namespace tessera::testing {
namespace {

using partition::RowRange;

constexpr int kCols = 6;

/// The highest rank holds the top rows; odd ranks hold 3 rows, even ones 150; rank 1 none.
std::vector<RowRange> rows_from_the_last_rank(int ranks) {
  std::vector<RowRange> rows(static_cast<std::size_t>(ranks));
  int begin = 0;
  for (int rank = ranks - 1; rank >= 0; --rank) {
    if (rank == 1) continue;
    const int height = rank % 2 == 1 ? 3 : 150;
    rows[static_cast<std::size_t>(rank)] = {begin, begin + height};
    begin += height;
  }
  return rows;
}

void bands_arrive_in_order_and_clamped(comm::Communicator& world) {
  const auto owned = rows_from_the_last_rank(world.size());
  const int total = owned[0].end;
  const at::Tensor picture = wave({1, 3, total, kCols}, 4, 2.0);  // far outside [-1, 1] too
  const RowRange own = owned[static_cast<std::size_t>(world.rank())];
  std::vector<float> received;
  int next_row = 0;
  worker::stream_picture(world, picture.narrow(2, own.begin, own.rows()), owned, {5, 2},
                         [&](int item, int stage, storage::RowBand band) {
                           EXPECT_EQ(item, 5);
                           EXPECT_EQ(stage, 2);
                           EXPECT_EQ(band.row_begin, next_row);
                           EXPECT_EQ(band.cols, kCols);
                           EXPECT_LE(band.rows, 64);
                           ASSERT_EQ(band.pixels.size(),
                                     static_cast<std::size_t>(band.rows * kCols * 3));
                           next_row += band.rows;
                           received.insert(received.end(), band.pixels.begin(), band.pixels.end());
                         });
  if (world.rank() != 0) {
    EXPECT_TRUE(received.empty());
    return;
  }
  const at::Tensor expected = (picture * 0.5 + 0.5).clamp(0, 1).permute({0, 2, 3, 1}).contiguous();
  const at::Tensor got = at::from_blob(
      received.data(), {static_cast<std::int64_t>(received.size())}, at::TensorOptions(at::kFloat));
  expect_same_bits(got, expected.view({-1}), "picture");
}

constexpr std::array kPictureScenarios{
    RankScenario{"BandsArriveInOrderAndClamped", bands_arrive_in_order_and_clamped},
};

}  // namespace

std::span<const RankScenario> picture_scenarios() { return kPictureScenarios; }

}  // namespace tessera::testing
