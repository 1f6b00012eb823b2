#include "comm/job_ranks.h"

#include <gmock/gmock.h>

#include <vector>

namespace tessera::comm {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(MembersOf, AreOrderedByTheirWishThenByRank) {
  const std::vector<GroupChoice> choices{{1, 5}, {0, 0}, {1, 2}, {-1, 0}, {1, 5}};
  EXPECT_THAT(members_of(choices, 1), ElementsAre(2, 0, 4));
  EXPECT_THAT(members_of(choices, 0), ElementsAre(1));
  EXPECT_THAT(members_of(choices, 7), IsEmpty());
}

TEST(JobRanks, OfTheJobAreTheMembersThemselves) {
  EXPECT_EQ(JobRanks().of(3), 3);
  EXPECT_EQ(JobRanks().of(-1), -1);
}

TEST(JobRanks, OfAPartOfAPartAreThoseOfTheJob) {
  const JobRanks odd = JobRanks().part({1, 3, 5, 7});
  EXPECT_EQ(odd.of(2), 5);
  const JobRanks turned = odd.part({3, 1});
  EXPECT_EQ(turned.of(0), 7);
  EXPECT_EQ(turned.of(1), 3);
  EXPECT_EQ(turned.of(-1), -1);
}

}  // namespace
}  // namespace tessera::comm
