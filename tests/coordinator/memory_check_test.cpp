#include "coordinator/memory_check.h"

#include <gmock/gmock.h>

#include "tests/coordinator/sample_plan.h"

namespace tessera::coordinator {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

constexpr std::int64_t kGibibyte = std::int64_t{1} << 30;

/// Two stages of which the second needs 8 GiB, 2 of them for weights.
RenderPlan plan_of_8_gibibytes() {
  RenderPlan plan = sample_plan({{0, 2}, {1, 3}}, 1);
  plan.forecast[0].peak_bytes = 3 * kGibibyte;
  plan.forecast[1].peak_bytes = 8 * kGibibyte;
  for (StageForecast& stage : plan.forecast) stage.weight_bytes = 2 * kGibibyte;
  return plan;
}

std::string refusal(const RenderPlan& plan, std::int64_t available, int ranks) {
  try {
    check_memory(plan, available, ranks);
  } catch (const MemoryError& error) {
    return error.what();
  }
  return "";
}

TEST(CheckMemory, IsSilentWhenTheForecastFits) {
  EXPECT_FALSE(check_memory(plan_of_8_gibibytes(), 8 * kGibibyte, 1));
  EXPECT_FALSE(check_memory(plan_of_8_gibibytes(), 32 * kGibibyte, 4));
}

TEST(CheckMemory, WarnsWhenTheForecastMayBeTooMuch) {
  const auto warning = check_memory(plan_of_8_gibibytes(), 6 * kGibibyte, 1);
  EXPECT_THAT(warning.value_or(""), HasSubstr("needs about 8.0 GiB per rank"));
}

TEST(CheckMemory, RefusesWithTheAmountsAndTheRemedies) {
  EXPECT_THAT(refusal(plan_of_8_gibibytes(), 6 * kGibibyte - 1, 1),
              AllOf(HasSubstr("stage 1 (128x128) needs about 8.0 GiB per rank, 2.0 GiB of it "
                              "weights, but 6.0 GiB are free for the rank on this host."),
                    HasSubstr("more hosts"), HasSubstr("vae.mode tiled"),
                    HasSubstr("cascade.resolutions")));
}

TEST(CheckMemory, DividesTheHostAmongItsRanks) {
  EXPECT_THAT(refusal(plan_of_8_gibibytes(), 16 * kGibibyte, 4),
              AllOf(HasSubstr("4.0 GiB are free for each of the 4 ranks on this host"),
                    HasSubstr("fewer ranks on this host")));
}

TEST(CheckMemory, DoesNotAdviseTilesThatAreUsedAlready) {
  RenderPlan plan = plan_of_8_gibibytes();
  plan.task.stages[1].vae_mode = worker::VaeMode::Tiled;
  EXPECT_THAT(refusal(plan, kGibibyte, 1), AllOf(HasSubstr("hosts"), Not(HasSubstr("tiled"))));
}

TEST(CheckMemory, APlanWithoutStagesNeedsNothing) { EXPECT_FALSE(check_memory({}, 0, 1)); }

}  // namespace
}  // namespace tessera::coordinator
