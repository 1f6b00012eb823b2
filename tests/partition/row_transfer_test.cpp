#include "partition/row_transfer.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "partition/canonical_blocks.h"
#include "partition/strip_layout.h"

namespace tessera::partition {
namespace {

std::vector<RowRange> halos_of(std::span<const RowRange> own, int above, int below, int total) {
  std::vector<RowRange> wanted;
  for (const RowRange rows : own) {
    wanted.push_back(with_halo(rows, above, below, total));
  }
  return wanted;
}

TEST(RowTransfer, HaloIsCutAtTheCanvas) {
  EXPECT_EQ(with_halo({4, 8}, 2, 3, 100), (RowRange{2, 11}));
  EXPECT_EQ(with_halo({0, 4}, 2, 3, 100), (RowRange{0, 7}));
  EXPECT_EQ(with_halo({96, 100}, 2, 3, 100), (RowRange{94, 100}));
}

TEST(RowTransfer, HaloOfAnEmptyStripIsEmpty) {
  EXPECT_TRUE(with_halo({}, 2, 3, 100).empty());
  EXPECT_TRUE(with_halo({8, 8}, 2, 3, 100).empty());
}

TEST(RowTransfer, TallStripsExchangeWithTwoNeighbours) {
  const std::vector<RowRange> own{{0, 8}, {8, 16}, {16, 24}};
  const TransferPlan plan = plan_transfer(own, halos_of(own, 2, 1, 24), 1);
  EXPECT_EQ(plan.sends, (std::vector<RowTransfer>{{0, {8, 9}}, {2, {14, 16}}}));
  EXPECT_EQ(plan.receives, (std::vector<RowTransfer>{{0, {6, 8}}, {2, {16, 17}}}));
  EXPECT_EQ(plan.local, (std::vector<RowRange>{{8, 16}}));
}

TEST(RowTransfer, HaloOfThreeRowsComesFromThreeThinStripsOnEachSide) {
  const std::vector<RowRange> blocks = canonical_blocks(10, 1);
  const TransferPlan plan = plan_transfer(blocks, halos_of(blocks, 3, 3, 10), 5);
  const std::vector<RowTransfer> receives{{2, {2, 3}}, {3, {3, 4}}, {4, {4, 5}},
                                          {6, {6, 7}}, {7, {7, 8}}, {8, {8, 9}}};
  EXPECT_EQ(plan.receives, receives);
  for (const RowTransfer& send : plan.sends) {
    EXPECT_EQ(send.rows, (RowRange{5, 6}));
  }
  EXPECT_EQ(plan.sends.size(), 6u);
}

TEST(RowTransfer, SingleMemberMovesNothing) {
  const std::vector<RowRange> own{{0, 9}};
  const TransferPlan plan = plan_transfer(own, own, 0);
  EXPECT_TRUE(plan.sends.empty());
  EXPECT_TRUE(plan.receives.empty());
  EXPECT_EQ(plan.local, own);
}

TEST(RowTransfer, MembersWithoutRowsTakeNoPart) {
  const std::vector<RowRange> own{{0, 4}, {}, {4, 8}};
  const std::vector<RowRange> wanted = halos_of(own, 1, 1, 8);
  EXPECT_EQ(plan_transfer(own, wanted, 1), TransferPlan{});
  EXPECT_EQ(plan_transfer(own, wanted, 0).sends, (std::vector<RowTransfer>{{2, {3, 4}}}));
}

TEST(RowTransfer, MovesEverythingToOneMember) {
  const std::vector<RowRange> own{{0, 4}, {4, 8}};
  const std::vector<RowRange> wanted{{}, {0, 8}};
  EXPECT_EQ(plan_transfer(own, wanted, 0).sends, (std::vector<RowTransfer>{{1, {0, 4}}}));
  EXPECT_TRUE(plan_transfer(own, wanted, 0).local.empty());
  EXPECT_EQ(plan_transfer(own, wanted, 1).receives, (std::vector<RowTransfer>{{0, {0, 4}}}));
}

TEST(RowTransfer, RejectsBadLayoutsOnEveryMember) {
  const std::vector<RowRange> own{{0, 4}, {4, 8}};
  const std::vector<RowRange> too_many{{0, 4}, {4, 9}};
  const std::vector<RowRange> overlapping{{0, 5}, {4, 8}};
  const std::vector<RowRange> one{{0, 4}};
  for (const int me : {0, 1}) {
    EXPECT_THROW(plan_transfer(own, too_many, me), std::invalid_argument);
    EXPECT_THROW(plan_transfer(overlapping, own, me), std::invalid_argument);
    EXPECT_THROW(plan_transfer(own, one, me), std::invalid_argument);
  }
  EXPECT_THROW(plan_transfer(own, own, 2), std::invalid_argument);
  EXPECT_THROW(plan_transfer(own, own, -1), std::invalid_argument);
}

/// What `from` sends to `to`, read from the plan of either.
std::vector<RowRange> rows_with(const std::vector<RowTransfer>& transfers, int peer) {
  std::vector<RowRange> rows;
  for (const RowTransfer& transfer : transfers) {
    if (transfer.peer == peer) {
      rows.push_back(transfer.rows);
    }
  }
  return rows;
}

void expect_every_wanted_row_once(const TransferPlan& plan, RowRange wanted) {
  std::vector<int> seen(static_cast<std::size_t>(wanted.rows()));
  const auto mark = [&](RowRange rows) {
    for (int row = rows.begin; row < rows.end; ++row) {
      ++seen.at(static_cast<std::size_t>(row - wanted.begin));
    }
  };
  std::for_each(plan.local.begin(), plan.local.end(), mark);
  for (const RowTransfer& receive : plan.receives) {
    mark(receive.rows);
  }
  EXPECT_EQ(std::count(seen.begin(), seen.end(), 1), wanted.rows());
}

void expect_consistent(const std::vector<RowRange>& owned, const std::vector<RowRange>& wanted) {
  const int members = static_cast<int>(owned.size());
  std::vector<TransferPlan> plans;
  for (int me = 0; me < members; ++me) {
    plans.push_back(plan_transfer(owned, wanted, me));
    const TransferPlan& plan = plans.back();
    EXPECT_TRUE(std::is_sorted(plan.sends.begin(), plan.sends.end()));
    EXPECT_TRUE(std::is_sorted(plan.receives.begin(), plan.receives.end()));
    expect_every_wanted_row_once(plan, wanted[static_cast<std::size_t>(me)]);
  }
  for (int a = 0; a < members; ++a) {
    for (int b = 0; b < members; ++b) {
      ASSERT_EQ(rows_with(plans[static_cast<std::size_t>(a)].sends, b),
                rows_with(plans[static_cast<std::size_t>(b)].receives, a));
    }
  }
}

TEST(RowTransferProp, WhatOneSendsTheOtherReceivesForEveryHaloAndStripCount) {
  for (const int rows : {8, 34, 64}) {
    const std::vector<RowRange> blocks = canonical_blocks(rows, 1);
    for (const int strips : {1, 2, 3, 5, 8}) {
      const StripLayout layout = make_strips(blocks, strips);
      for (const auto& [above, below] : {std::pair{0, 0}, {1, 0}, {0, 1}, {4, 3}, {9, 9}}) {
        SCOPED_TRACE(std::to_string(rows) + " rows, " + std::to_string(strips) + " strips");
        const std::vector<RowRange> own(layout.all().begin(), layout.all().end());
        expect_consistent(own, halos_of(own, above, below, rows));
      }
    }
  }
}

TEST(RowTransferProp, LayoutOfTheHalvesReceivesFromTheStripsOfOneHalf) {
  const std::vector<RowRange> blocks = canonical_blocks(136, 4);
  for (const int strips : {1, 2, 3, 7, 34}) {
    const StripLayout layout = make_strips(blocks, strips);
    std::vector<RowRange> own(layout.all().begin(), layout.all().end());
    own.resize(own.size() * 2);  // the second half owns no source row
    expect_consistent(own, split_between_halves(blocks, strips));
  }
}

TEST(RowTransferProp, BicubicSourceRowsOfAnotherLayoutAreConsistent) {
  const StripLayout source = make_strips(canonical_blocks(40, 4), 5);
  std::vector<RowRange> own(source.all().begin(), source.all().end());
  own.resize(7);
  std::vector<RowRange> wanted;
  for (const RowRange target : make_strips(canonical_blocks(104, 4), 7).all()) {
    wanted.push_back(
        with_halo({target.begin * 40 / 104, (target.end - 1) * 40 / 104 + 1}, 2, 2, 40));
  }
  expect_consistent(own, wanted);
}

}  // namespace
}  // namespace tessera::partition
