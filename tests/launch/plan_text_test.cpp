#include "launch/plan_text.h"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "configs/job_config.h"

namespace tessera::launch {
namespace {

using testing::HasSubstr;
using testing::Not;

coordinator::JobForecast forecast(int ranks) {
  configs::JobConfig job;
  job.prompts = {{.text = "a"}};
  job.cascade.resolutions = {{1024, 1024}, {2048, 2048}};
  return coordinator::forecast_job(job, worker::sdxl_outline(),
                                   *configs::find_machine("h200-nvlink"), {ranks, 8});
}

TEST(PlanText, ShowsOneLineForEachStage) {
  const auto machine = *configs::find_machine("h200-nvlink");
  const auto lines = forecast_lines(forecast(8), machine);
  ASSERT_EQ(lines.size(), 8U);
  EXPECT_EQ(lines[1], "grid    8 ranks on 1 hosts, 8 useful = 2 guidance halves x 4 strips");
  EXPECT_THAT(lines[3], HasSubstr("0       1024x1024"));
  EXPECT_THAT(lines[4], HasSubstr("2x2"));
  EXPECT_THAT(lines[5], HasSubstr("memory  about"));
  EXPECT_THAT(lines[7], HasSubstr("total   about"));
}

TEST(PlanText, MarksRankCountsOnWhichTheJobDoesNotFit) {
  coordinator::JobForecast small = forecast(1);
  small.memory_bytes = 1 << 30;
  const auto lines = comparison_lines({forecast(8), small});
  ASSERT_EQ(lines.size(), 3U);
  EXPECT_THAT(lines[1], Not(HasSubstr("does not fit")));
  EXPECT_THAT(lines[2], HasSubstr("does not fit"));
}

TEST(PlanText, JsonHoldsTheFiguresOfEveryStage) {
  const auto machine = *configs::find_machine("h200-nvlink");
  const coordinator::JobForecast four = forecast(4);
  const auto object = nlohmann::json::parse(forecast_json({four, forecast(8)}, machine));
  ASSERT_EQ(object["plans"].size(), 2U);
  const auto& stage = object["plans"][0]["stages"][1];
  EXPECT_EQ(stage["strips"], 2);
  EXPECT_EQ(stage["step_bytes_sent"], four.stages[1].step.bytes);
  EXPECT_DOUBLE_EQ(stage["seconds"], four.stages[1].seconds());
}

TEST(PlanText, SaysWhatWouldHelpWhereAJobDoesNotFit) {
  coordinator::JobForecast small = forecast(1);
  small.memory_bytes = 8LL << 30;
  EXPECT_THAT(misfit_text(small, 4), HasSubstr("of 8.0 GiB can be used. Use at least 4 ranks"));
  EXPECT_THAT(misfit_text(small, 0), HasSubstr("Use vae.mode tiled, or a smaller stage"));
}

}  // namespace
}  // namespace tessera::launch
