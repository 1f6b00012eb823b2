#include "coordinator/link_bench.h"

#include <gtest/gtest.h>

#include "comm/solo_communicator.h"
#include "tests/support/run_ranks.h"

namespace tessera::coordinator {
namespace {

TEST(LinkBench, ALinkToNobodyCostsNothing) {
  comm::SoloCommunicator alone;
  const configs::LinkRate link = measure_link(alone, 1);
  EXPECT_EQ(link.latency_seconds, 0);
  EXPECT_GE(link.bytes_per_second, 1e12);
}

TEST(LinkBench, AllRanksGetTheSameRates) {
  std::vector<configs::LinkRate> links(3);
  testing::run_ranks(3, [&](comm::Communicator& world) {
    links[static_cast<std::size_t>(world.rank())] = measure_link(world, 3);
  });
  EXPECT_EQ(links[0], links[1]);
  EXPECT_EQ(links[0], links[2]);
  EXPECT_GT(links[0].bytes_per_second, 1e6);
  EXPECT_GT(links[0].latency_seconds, 0);
}

}  // namespace
}  // namespace tessera::coordinator
