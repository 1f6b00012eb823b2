#include "model/sampling/noise_schedule.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>

#include "tests/model/golden_tensors.h"

namespace tessera::model {
namespace {

const SchedulerConfig kSdxl;

// docs/algorithms.md, N = 50.
constexpr float kSigmas50[] = {
    13.120415F, 11.676050F, 10.425044F, 9.338079F, 8.390687F, 7.562390F, 6.835997F, 6.197038F,
    5.633296F,  5.134433F,  4.691673F,  4.297549F, 3.945693F, 3.630654F, 3.347764F, 3.093010F,
    2.862931F,  2.654545F,  2.465266F,  2.292855F, 2.135362F, 1.991092F, 1.858561F, 1.736474F,
    1.623693F,  1.519217F,  1.422167F,  1.331764F, 1.247317F, 1.168216F, 1.093915F, 1.023926F,
    0.957810F,  0.895172F,  0.835653F,  0.778924F, 0.724679F, 0.672633F, 0.622513F, 0.574051F,
    0.526976F,  0.481003F,  0.435816F,  0.391038F, 0.346187F, 0.300581F, 0.253132F, 0.201794F,
    0.141464F,  0.041314F};
constexpr double kCosine50[] = {0.76924, 0.74225, 0.71431, 0.68552, 0.65600, 0.62587, 0.59523,
                                0.56422, 0.53296, 0.50157, 0.47017, 0.43889, 0.40785, 0.37718,
                                0.34699, 0.31740, 0.28853, 0.26050, 0.23341, 0.20738, 0.18250,
                                0.15887, 0.13659, 0.11575, 0.09642, 0.07868, 0.06261, 0.04826,
                                0.03569, 0.02496, 0.01610, 0.00915, 0.00414, 0.00109, 0.00000};

TEST(NoiseSchedule, HasTheSigmasOfFiftySteps) {
  const NoiseSchedule schedule = make_schedule(kSdxl, 50, TimestepSpacing::Leading);
  ASSERT_EQ(schedule.steps(), 50);
  ASSERT_EQ(schedule.sigmas.size(), 51U);
  for (std::size_t i = 0; i < 50; ++i) EXPECT_NEAR(schedule.sigmas[i], kSigmas50[i], 2e-6) << i;
  EXPECT_EQ(schedule.sigmas.back(), 0.0F);
  EXPECT_EQ(schedule.timesteps.front(), 981);
  EXPECT_EQ(schedule.timesteps.back(), 1);
  EXPECT_NEAR(schedule.init_noise_sigma, 13.158468, 2e-6);
}

TEST(NoiseSchedule, HasTheBlendAnglesOfFiftySteps) {
  const NoiseSchedule schedule = make_schedule(kSdxl, 50, TimestepSpacing::Leading);
  for (std::size_t i = 15; i < 50; ++i) {
    EXPECT_NEAR(schedule.cosine_u[i], kCosine50[i - 15], 5.1e-6) << i;
  }
}

TEST(NoiseSchedule, HasTheTurboSigmas) {
  const NoiseSchedule schedule = make_schedule(kSdxl, 4, TimestepSpacing::Trailing);
  EXPECT_THAT(schedule.timesteps, testing::ElementsAre(999, 749, 499, 249));
  const float expected[] = {14.614645F, 4.081731F, 1.612887F, 0.693205F, 0.0F};
  for (std::size_t i = 0; i < 5; ++i) EXPECT_NEAR(schedule.sigmas[i], expected[i], 2e-6) << i;
  EXPECT_EQ(schedule.init_noise_sigma, schedule.sigmas.front());
}

TEST(NoiseSchedule, EqualsTheRecordedScheduleOfTheOfficialProgram) {
  const NoiseSchedule schedule = make_schedule(kSdxl, 8, TimestepSpacing::Leading);
  EXPECT_THAT(schedule.timesteps, testing::ElementsAre(876, 751, 626, 501, 376, 251, 126, 1));
  EXPECT_FLOAT_EQ(schedule.sigmas[0], 7.371846675872803F);
  EXPECT_FLOAT_EQ(schedule.sigmas[2], 2.510922431945801F);
  EXPECT_FLOAT_EQ(schedule.sigmas[7], 0.04131447896361351F);
  EXPECT_NEAR(schedule.init_noise_sigma, 7.4393630027771, 1e-6);
  EXPECT_NEAR(schedule.cosine_u[0], 0.962538603417229, 1e-14);
  EXPECT_NEAR(schedule.cosine_u[7], 2.467399070893439e-06, 1e-14);
}

struct SpacedSteps {
  const char* name;
  int steps;
  TimestepSpacing spacing;
};

class NoiseScheduleGolden : public testing::TestWithParam<SpacedSteps> {};

TEST_P(NoiseScheduleGolden, MatchesTheReferenceScheduler) {
  const SpacedSteps& run = GetParam();
  const GoldenTensors golden("samplers.safetensors");
  const NoiseSchedule schedule = make_schedule(kSdxl, run.steps, run.spacing);
  const at::Tensor timesteps = golden[std::string(run.name) + ".timesteps"];
  const at::Tensor sigmas = golden[std::string(run.name) + ".sigmas"];
  ASSERT_EQ(timesteps.numel(), run.steps);
  for (int i = 0; i < run.steps; ++i) {
    const auto index = static_cast<std::size_t>(i);
    EXPECT_EQ(schedule.timesteps[index], timesteps[i].item<double>()) << i;
    EXPECT_FLOAT_EQ(schedule.sigmas[index], sigmas[i].item<float>()) << i;
  }
}

INSTANTIATE_TEST_SUITE_P(Runs, NoiseScheduleGolden,
                         testing::Values(SpacedSteps{"leading_7", 7, TimestepSpacing::Leading},
                                         SpacedSteps{"leading_8", 8, TimestepSpacing::Leading},
                                         SpacedSteps{"leading_20", 20, TimestepSpacing::Leading},
                                         SpacedSteps{"leading_30", 30, TimestepSpacing::Leading},
                                         SpacedSteps{"leading_50", 50, TimestepSpacing::Leading},
                                         SpacedSteps{"trailing_4", 4, TimestepSpacing::Trailing},
                                         SpacedSteps{"trailing_8", 8, TimestepSpacing::Trailing},
                                         SpacedSteps{"trailing_16", 16, TimestepSpacing::Trailing}),
                         [](const auto& instance) { return std::string(instance.param.name); });

TEST(NoiseSchedule, RunsFromOneToAllTrainingSteps) {
  EXPECT_EQ(make_schedule(kSdxl, 1, TimestepSpacing::Leading).timesteps.front(), 1);
  EXPECT_EQ(make_schedule(kSdxl, 1000, TimestepSpacing::Leading).steps(), 1000);
  EXPECT_THROW(make_timesteps(kSdxl, 0, TimestepSpacing::Leading), std::invalid_argument);
  EXPECT_THROW(make_timesteps(kSdxl, 1001, TimestepSpacing::Trailing), std::invalid_argument);
}

}  // namespace
}  // namespace tessera::model
