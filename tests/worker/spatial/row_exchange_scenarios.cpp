// Rows between the members of a group, for every number of ranks.
#include <ATen/ATen.h>

#include <algorithm>
#include <array>

#include "tests/worker/rank_scenario.h"
#include "tests/worker/spatial/strip_scene.h"
#include "worker/spatial/row_exchange.h"

namespace tessera::testing {
namespace {

using partition::RowRange;

/// Member 0 holds three rows, every other one row: halos reach over several members.
std::vector<RowRange> thin_strips(int members) {
  std::vector<RowRange> rows{{0, 3}};
  for (int member = 1; member < members; ++member) {
    rows.push_back({rows.back().end, rows.back().end + 1});
  }
  return rows;
}

at::Tensor rows_of(const at::Tensor& map, RowRange rows) {
  return map.narrow(2, rows.begin, rows.rows()).contiguous(at::MemoryFormat::ChannelsLast);
}

RowRange of_rank(const std::vector<RowRange>& rows, const comm::Communicator& world) {
  return rows[static_cast<std::size_t>(world.rank())];
}

void halo_reaches_over_thin_strips(comm::Communicator& world) {
  const auto owned = thin_strips(world.size());
  const int total = owned.back().end;
  const at::Tensor map = wave({2, 3, total, 5}, 1, 1.0);
  const RowRange own = of_rank(owned, world);
  for (const auto& [above, below] : {std::array{5, 3}, std::array{0, 4}, std::array{2, 0}}) {
    const at::Tensor padded = at::constant_pad_nd(map, {0, 0, above, below});
    expect_same_bits(worker::add_halo_rows(world, rows_of(map, own), owned, above, below, total),
                     padded.narrow(2, own.begin, own.rows() + above + below),
                     "halo of " + std::to_string(above) + " and " + std::to_string(below));
  }
}

void halo_rows_end_at_the_canvas(comm::Communicator& world) {
  const auto owned = thin_strips(world.size());
  const int total = owned.back().end;
  const at::Tensor map = wave({2, 3, total, 5}, 1, 1.0);
  const RowRange own = of_rank(owned, world);
  for (const int reach : {0, 1, 4}) {
    const worker::HaloRows halo = worker::halo_rows(world, rows_of(map, own), owned, reach, total);
    const RowRange above{std::max(0, own.begin - reach), own.begin};
    const RowRange below{own.end, std::min(total, own.end + reach)};
    const std::string what = "reach " + std::to_string(reach);
    expect_same_bits(halo.above_BCHW, rows_of(map, above), what + ", above");
    expect_same_bits(halo.below_BCHW, rows_of(map, below), what + ", below");
  }
}

/// Even members hold the rows from the bottom up, odd ones nothing; afterwards odd members hold
/// overlapping ranges, rank 0 all rows, the others nothing.
void redistribution_allows_empty_members(comm::Communicator& world) {
  const int holders = (world.size() + 1) / 2;
  const int total = 3 * holders + 2;
  const at::Tensor map = wave({2, 4, total, 6}, 2, 1.0);
  std::vector<RowRange> owned;
  std::vector<RowRange> wanted;
  for (int rank = 0; rank < world.size(); ++rank) {
    const int place = holders - 1 - rank / 2;
    const RowRange held{3 * place, place == holders - 1 ? total : 3 * place + 3};
    owned.push_back(rank % 2 == 0 ? held : RowRange{});
    wanted.push_back(rank % 2 == 1 ? RowRange{1, total - rank % 3} : RowRange{});
  }
  wanted[0] = {0, total};
  const at::Tensor got =
      worker::redistribute_rows(world, rows_of(map, of_rank(owned, world)), owned, wanted);
  expect_same_bits(got, rows_of(map, of_rank(wanted, world)), "redistributed rows");
  EXPECT_TRUE(got.is_contiguous(at::MemoryFormat::ChannelsLast));
}

void moved_bytes_keep_every_type(comm::Communicator& world) {
  const auto owned = thin_strips(world.size());
  const int total = owned.back().end;
  std::vector<RowRange> wanted(owned.size(), RowRange{0, total});
  for (const at::ScalarType type : {at::kHalf, at::kDouble, at::kInt}) {
    const at::Tensor map = (wave({1, 2, total, 3}, 3, 100.0)).to(type);
    const at::Tensor got =
        worker::redistribute_rows(world, rows_of(map, of_rank(owned, world)), owned, wanted);
    expect_same_bits(got, map, c10::toString(type));
  }
}

constexpr std::array kExchangeScenarios{
    RankScenario{"HaloReachesOverThinStrips", halo_reaches_over_thin_strips},
    RankScenario{"HaloRowsEndAtTheCanvas", halo_rows_end_at_the_canvas},
    RankScenario{"RedistributionAllowsEmptyMembers", redistribution_allows_empty_members},
    RankScenario{"MovedBytesKeepEveryType", moved_bytes_keep_every_type},
};

}  // namespace

std::span<const RankScenario> row_exchange_scenarios() { return kExchangeScenarios; }

}  // namespace tessera::testing
