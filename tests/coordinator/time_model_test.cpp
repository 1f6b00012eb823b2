#include "coordinator/time_model.h"

#include <gtest/gtest.h>

#include <cmath>

#include "configs/job_config.h"
#include "coordinator/cost_model.h"
#include "coordinator/planner.h"
#include "tests/coordinator/sample_models.h"

namespace tessera::coordinator {
namespace {

using configs::MachineConfig;

/// Every rate 1 GFLOP/s, links that cost nothing.
MachineConfig even_machine() {
  MachineConfig machine;
  for (auto* speed : {&machine.conv, &machine.dilated_conv, &machine.linear, &machine.attention,
                      &machine.local_attention, &machine.fusion, &machine.vae_conv}) {
    *speed = {{{{1, 1e9}}}, {{{1, 0}}}};
  }
  machine.device = MachineConfig::Device::Cuda;
  machine.host_link = machine.network_link = {1e30, 0};
  return machine;
}

RenderPlan plan_of(int ranks) {
  configs::JobConfig job;
  job.prompts = {{.text = "a"}};
  job.cascade.resolutions = {{256, 256}, {512, 512}};
  return plan_render(job, small_outline(), ranks);
}

StageTime predict(int ranks, const MachineConfig& machine, int per_host = 1) {
  return predict_stage(small_outline(), plan_of(ranks).task, 1, machine, {ranks, per_host});
}

TEST(TimeModel, OneRankTakesTheCountedFlop) {
  const RenderPlan plan = plan_of(1);
  const StageTime time = predict(1, even_machine());
  EXPECT_NEAR(time.step.compute, plan.forecast[1].step_flop / 1e9, 1e-6);
  EXPECT_EQ(time.step.communication, 0);
  EXPECT_NEAR(time.decode, plan.forecast[1].decode_flop / 1e9, 1e-6);
  EXPECT_NEAR(time.transition, plan.forecast[1].transition_flop / 1e9, 1e-6);
}

TEST(TimeModel, CountsDilatedAndPlainSteps) {
  MachineConfig machine = even_machine();
  machine.dilated_conv.rate.points = {{1, 0.5e9}};
  const StageTime time = predict(1, machine);
  const worker::StagePlan stage = plan_of(1).task.stages[1];
  EXPECT_GT(time.dilated_step.compute, time.step.compute);
  const int dilated = stage.dilated_until_step - stage.first_step;
  const int plain = stage.steps - stage.dilated_until_step;
  EXPECT_NEAR(time.steps, dilated * time.dilated_step.compute + plain * time.step.compute, 1e-9);
}

TEST(TimeModel, EveryCallCostsWhatItCostsOnce) {
  MachineConfig machine = even_machine();
  const StageTime free = predict(1, machine);
  machine.linear.call_seconds.points = {{1, 1}};
  const double blocks = predict(1, machine).step.compute - free.step.compute;
  EXPECT_NEAR(blocks, std::round(blocks), 1e-6);
  EXPECT_GT(blocks, 1);
  EXPECT_NEAR(predict(2, machine).step.compute - predict(2, even_machine()).step.compute, blocks,
              1e-6)
      << "a half has as many calls as both halves in one batch";
  machine.vae_conv.call_seconds.points = {{1, 1}};
  EXPECT_GT(predict(1, machine).decode, free.decode + 30);
}

TEST(TimeModel, GuidanceHalvesTakeHalfTheTime) {
  const double alone = predict(1, even_machine()).step.compute;
  EXPECT_NEAR(predict(2, even_machine()).step.compute, alone / 2, 1e-9);
  EXPECT_NEAR(predict(4, even_machine()).step.compute, alone / 4, 1e-9);  // two outer strips
  // Four strips: the inner ones are covered by more crops and set the pace.
  EXPECT_GT(predict(8, even_machine()).step.compute, alone / 8);
}

TEST(TimeModel, RanksOnCpusShareTheCoresOfTheirHost) {
  MachineConfig machine = even_machine();
  machine.device = MachineConfig::Device::Cpu;
  machine.devices_per_host = 2;
  const double one = predict(1, machine, 1).step.compute;
  EXPECT_NEAR(one, predict(1, even_machine()).step.compute / 2, 1e-9);
  EXPECT_NEAR(predict(2, machine, 2).step.compute, one, 1e-9);
  EXPECT_NEAR(predict(2, machine, 1).step.compute, one / 2, 1e-9);
}

TEST(TimeModel, SlowLinksAndLatenciesAdd) {
  MachineConfig machine = even_machine();
  machine.host_link = {1e6, 1e-3};
  const StageTime inside = predict(4, machine, 4);
  EXPECT_GT(inside.step.communication, static_cast<double>(inside.step.bytes) / 1e6);
  EXPECT_LT(predict(4, machine, 1).step.communication, 1e-12);  // the network costs nothing here
}

TEST(TimeModel, AllAdaptersOfAHostCarryAGather) {
  MachineConfig machine = even_machine();
  machine.host_link = {8e6, 0};
  machine.network_link = {1e6, 0};
  const double one = predict(8, machine, 2).step.communication;
  machine.adapters_per_host = 2;
  const double two = predict(8, machine, 2).step.communication;
  EXPECT_LT(two, one);
  EXPECT_GT(two, one / 2.01);
  machine.adapters_per_host = 100;  // now the links inside a host set the pace
  EXPECT_GT(predict(8, machine, 2).step.communication, one / 8.01);
}

TEST(TimeModel, ElementWiseWorkTakesTheMemorysTime) {
  MachineConfig machine = even_machine();
  machine.memory_bytes_per_second = 1e9;
  machine.call_seconds = 1;
  EXPECT_GT(predict(1, machine).step.compute, predict(1, even_machine()).step.compute + 1);
}

}  // namespace
}  // namespace tessera::coordinator
