#include "coordinator/machine_calibration.h"

#include <gtest/gtest.h>

#include <stdexcept>

namespace tessera::coordinator {
namespace {

std::vector<worker::KernelTiming> timings() {
  std::vector<worker::KernelTiming> all;
  for (const char* kernel :
       {"conv", "dilated_conv", "linear", "attention", "local_attention", "fusion", "vae_conv"}) {
    all.push_back({kernel, 64, 8e9, {2, 1, 4}});
  }
  all.push_back({"conv", 32, 8e9, {4}});
  return all;
}

TEST(MachineCalibration, TakesMediansPerCore) {
  const configs::MachineConfig machine =
      calibrated_machine(timings(), {2, 2, 1 << 30, {5e9, 1e-5}});
  EXPECT_DOUBLE_EQ(machine.linear.rate.at(64), 8e9 / 2 / 2);
  EXPECT_DOUBLE_EQ(machine.linear.call_seconds.at(64), 0);
  EXPECT_DOUBLE_EQ(machine.conv.rate.at(32), 1e9);
  EXPECT_DOUBLE_EQ(machine.conv.rate.at(48), 1.5e9);
  EXPECT_EQ(machine.devices_per_host, 2);
  EXPECT_EQ(machine.host_link, (configs::LinkRate{5e9, 1e-5}));
  EXPECT_EQ(configs::read_machine(configs::machine_as_yaml(machine), "measured"), machine);
}

TEST(MachineCalibration, TellsTheCostOfACallFromTheRate) {
  std::vector<worker::KernelTiming> all = timings();
  all.push_back({"linear", 64, 2e9, {0.8}});  // 0.4 s + FLOP / 5 GFLOP/s; the large map takes 2 s
  all.push_back({"attention", 64, 2e9, {0.1}});  // a small map that is faster than its share
  const configs::MachineConfig machine = calibrated_machine(all, {2, 2, 1 << 30, {5e9, 1e-5}});
  EXPECT_NEAR(machine.linear.rate.at(64), 5e9 / 2, 1);
  EXPECT_NEAR(machine.linear.call_seconds.at(64), 0.4 * 2, 1e-9);
  EXPECT_NEAR(machine.linear.seconds(8e9, 1, 64) / 2, 2, 1e-9);
  EXPECT_EQ(machine.attention.call_seconds.at(64), 0);
  EXPECT_DOUBLE_EQ(machine.attention.rate.at(64), 8e9 / 2 / 2);
}

TEST(MachineCalibration, NeedsEveryKernel) {
  std::vector<worker::KernelTiming> some = timings();
  some.erase(some.begin() + 2);
  EXPECT_THROW(calibrated_machine(some, {}), std::logic_error);
}

}  // namespace
}  // namespace tessera::coordinator
