#include "coordinator/progress_estimate.h"

#include <gtest/gtest.h>

#include "coordinator/cascade_state.h"
#include "tests/coordinator/sample_plan.h"

namespace tessera::coordinator {
namespace {

TEST(ProgressEstimate, RisesToOneOverTheWholeRun) {
  const RenderPlan plan = sample_plan({{0, 3}, {1, 4}}, 2);
  ProgressEstimate progress(plan, CascadeState(plan.task));
  CascadeState state(plan.task);
  double last = 0;
  while (const auto next = state.next()) {
    progress.add(*next, 0.5);
    EXPECT_GE(progress.done(), last);
    EXPECT_LE(progress.done(), 1);
    last = progress.done();
    state.apply(*next);
  }
  EXPECT_NEAR(last, 1, 1e-12);
  EXPECT_NEAR(progress.eta_seconds(), 0, 1e-9);
}

TEST(ProgressEstimate, KnowsNoTimeBeforeTheFirstMeasurement) {
  const RenderPlan plan = sample_plan({{0, 3}}, 1);
  ProgressEstimate progress(plan, CascadeState(plan.task));
  EXPECT_LT(progress.eta_seconds(), 0);
  progress.add({worker::CommandKind::BeginItem, 1, 0, 0, 0, 0}, 9);
  EXPECT_LT(progress.eta_seconds(), 0);
  EXPECT_EQ(progress.done(), 0);
}

TEST(ProgressEstimate, ScalesTheRestByTheMeasuredSpeed) {
  const RenderPlan plan = sample_plan({{0, 4}}, 1);  // 4 steps of 1000 and a decode of 200
  ProgressEstimate progress(plan, CascadeState(plan.task));
  progress.add({worker::CommandKind::Step, 3, 0, 0, 0, 0}, 2);
  EXPECT_NEAR(progress.done(), 1000.0 / 4200, 1e-12);
  EXPECT_NEAR(progress.eta_seconds(), 2 * 3.2, 1e-12);
}

TEST(ProgressEstimate, CountsOnlyWhatIsLeftOfARunThatGoesOn) {
  const RenderPlan plan = sample_plan({{0, 2}, {1, 3}}, 1);
  CascadeState state(plan.task, {{0, 1, 2}, {}});
  ProgressEstimate progress(plan, state);
  while (const auto command = state.next()) {
    EXPECT_LT(progress.done(), 1);
    progress.add(*command, 1);
    state.apply(*command);
    if (command->kind == worker::CommandKind::EndStage) break;
  }
  EXPECT_DOUBLE_EQ(progress.done(), 1);
}

TEST(ProgressEstimate, ARunWithoutItemsIsDone) {
  const RenderPlan plan = sample_plan({{0, 4}}, 0);
  EXPECT_EQ(ProgressEstimate(plan, CascadeState(plan.task)).done(), 1);
}

}  // namespace
}  // namespace tessera::coordinator
