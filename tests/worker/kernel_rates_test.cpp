#include "worker/kernel_rates.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "tests/worker/tiny_task.h"

namespace tessera::testing {
namespace {

TEST(KernelRates, TimeEveryKindOfLayerOfTheNetwork) {
  const worker::ModelOutline model = worker::read_model_outline(parity_model_directory());
  const auto timings = worker::time_kernels(model, {1, 0, 2});
  std::set<std::string> kernels;
  for (const worker::KernelTiming& timing : timings) {
    kernels.insert(timing.kernel);
    EXPECT_EQ(timing.seconds.size(), 2U);
    EXPECT_GT(*std::min_element(timing.seconds.begin(), timing.seconds.end()), 0);
    EXPECT_GT(timing.flop, 0);
  }
  EXPECT_EQ(kernels, (std::set<std::string>{"conv", "dilated_conv", "linear", "attention",
                                            "local_attention", "fusion", "vae_conv"}));
  // Attention only at the levels that have it.
  EXPECT_EQ(std::count_if(timings.begin(), timings.end(),
                          [](const auto& timing) { return timing.kernel == "attention"; }),
            2 * 2)
      << "two levels, two map sizes";
}

}  // namespace
}  // namespace tessera::testing
