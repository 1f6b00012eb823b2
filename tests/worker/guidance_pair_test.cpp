#include "worker/guidance_pair.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include "tests/support/run_ranks.h"
#include "tests/worker/spatial/strip_scene.h"

namespace tessera::testing {
namespace {

TEST(GuidancePair, BringsBothPredictionsToBothRanks) {
  const at::Tensor without = wave({2, 4, 3, 5}, 1, 1.0);
  const at::Tensor with = wave({2, 4, 3, 5}, 2, 1.0);
  run_ranks(2, [&](comm::Communicator& pair) {
    const at::Tensor mine = pair.rank() == 0 ? without : with;
    // As the network leaves it: not contiguous.
    const worker::PredictionPair both =
        worker::exchange_predictions(pair, mine.contiguous(at::MemoryFormat::ChannelsLast));
    expect_same_bits(both.unconditional, without, "unconditional");
    expect_same_bits(both.conditional, with, "conditional");
  });
}

}  // namespace
}  // namespace tessera::testing
