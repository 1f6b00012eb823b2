#include "coordinator/rank_requests.h"

#include <gtest/gtest.h>

#include <vector>

namespace tessera::coordinator {
namespace {

using worker::kRequestCheckpoint;
using worker::kRequestNothing;
using worker::kRequestStop;

std::vector<worker::Outcome> outcomes(const std::vector<std::uint32_t>& requests) {
  std::vector<worker::Outcome> all(requests.size());
  for (std::size_t rank = 0; rank < all.size(); ++rank) all[rank].requests = requests[rank];
  return all;
}

TEST(RankRequests, AreNothingAtFirst) {
  RankRequests requests;
  requests.add(outcomes({kRequestNothing, kRequestNothing}));
  EXPECT_EQ(requests.open(), kRequestNothing);
  EXPECT_FALSE(requests.stop());
  EXPECT_EQ(requests.stopping_rank(), std::nullopt);
}

TEST(RankRequests, AreTheUnionOfAllRanksUntilFollowed) {
  RankRequests requests;
  requests.add(outcomes({kRequestNothing, kRequestCheckpoint}));
  requests.add(outcomes({kRequestNothing, kRequestNothing}));
  EXPECT_EQ(requests.open(), kRequestCheckpoint);
  requests.add(outcomes({kRequestStop, kRequestNothing}));
  EXPECT_EQ(requests.open(), kRequestCheckpoint | kRequestStop);
  requests.follow_checkpoint();
  EXPECT_EQ(requests.open(), kRequestStop);
}

TEST(RankRequests, NameTheFirstRankThatAskedToStop) {
  RankRequests requests;
  requests.add(outcomes({kRequestNothing, kRequestCheckpoint, kRequestStop, kRequestStop}));
  requests.add(outcomes({kRequestStop, kRequestStop, kRequestStop, kRequestStop}));
  EXPECT_TRUE(requests.stop());
  EXPECT_EQ(requests.stopping_rank(), 2);
}

TEST(RankRequests, TellOfTheStopOnce) {
  RankRequests requests;
  requests.add(outcomes({kRequestNothing, kRequestCheckpoint}));
  EXPECT_EQ(requests.new_stopping_rank(), std::nullopt);
  for (const auto& expected : {std::optional(1), std::optional<int>()}) {
    requests.add(outcomes({kRequestNothing, kRequestStop}));
    EXPECT_EQ(requests.new_stopping_rank(), expected);
  }
}

}  // namespace
}  // namespace tessera::coordinator
