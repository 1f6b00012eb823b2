#include "comm/rank_error.h"

#include <gmock/gmock.h>

namespace tessera::comm {
namespace {

TEST(RankError, NamesOperationPeerSecondsAndDetail) {
  const RankError error("exchange", 3, 20.0125, "no answer within the deadline");
  EXPECT_STREQ(error.what(),
               "exchange with rank 3 failed after 20.012 s: no answer within the deadline");
  EXPECT_EQ(error.operation(), "exchange");
  EXPECT_EQ(error.peer(), 3);
  EXPECT_DOUBLE_EQ(error.seconds(), 20.0125);
}

TEST(RankError, LeavesOutAnUnknownPeer) {
  EXPECT_STREQ(RankError("barrier", -1, 1, "lost").what(), "barrier failed after 1.000 s: lost");
}

}  // namespace
}  // namespace tessera::comm
