#include "fusion/gaussian_kernel.h"

#include <gtest/gtest.h>

#include <numeric>
#include <stdexcept>
#include <vector>

namespace tessera::fusion {
namespace {

void expect_half_kernel(const std::vector<float>& taps, const std::vector<float>& to_centre) {
  ASSERT_EQ(taps.size(), 2 * to_centre.size() - 1);
  for (std::size_t j = 0; j < to_centre.size(); ++j) {
    EXPECT_NEAR(taps[j], to_centre[j], 5e-7) << j;
    EXPECT_EQ(taps[j], taps[taps.size() - 1 - j]) << j;
  }
}

TEST(GaussianTaps, KernelsOfThreeSevenAndFifteenAreTheKnownAnswers) {
  expect_half_kernel(gaussian_taps(1, 1.0), {0.274069f, 0.451863f});
  expect_half_kernel(gaussian_taps(3, 1.0), {0.004433f, 0.054006f, 0.242036f, 0.399050f});
  expect_half_kernel(gaussian_taps(7, 1.0),
                     {0.0f, 0.0f, 1e-6f, 1.34e-4f, 0.004432f, 0.053991f, 0.241971f, 0.398942f});
}

TEST(GaussianTaps, SumToOne) {
  for (const int radius : {0, 1, 3, 4, 7, 13}) {
    const std::vector<float> taps = gaussian_taps(radius, 1.0);
    EXPECT_NEAR(std::accumulate(taps.begin(), taps.end(), 0.0), 1.0, 1e-7) << radius;
  }
}

TEST(GaussianTaps, RadiusZeroIsTheIdentity) {
  EXPECT_EQ(gaussian_taps(0, 1.0), std::vector<float>{1.0f});
}

TEST(GaussianTaps, WiderSigmaSpreadsTheTaps) {
  EXPECT_LT(gaussian_taps(4, 2.0)[4], gaussian_taps(4, 1.0)[4]);
}

TEST(GaussianTaps, RejectsImpossibleValues) {
  EXPECT_THROW(gaussian_taps(-1, 1.0), std::invalid_argument);
  EXPECT_THROW(gaussian_taps(1, 0.0), std::invalid_argument);
}

TEST(BlurRadius, PaperRadiusFollowsTheAreaUpToFour) {
  const partition::Extent base{1024, 1024};
  EXPECT_EQ(paper_blur_radius({1024, 1024}, base), 1);
  EXPECT_EQ(paper_blur_radius({1088, 1088}, base), 1);
  EXPECT_EQ(paper_blur_radius({1344, 1792}, base), 2);
  EXPECT_EQ(paper_blur_radius({1536, 2688}, base), 3);
  EXPECT_EQ(paper_blur_radius({2048, 2048}, base), 3);
  EXPECT_EQ(paper_blur_radius({4096, 4096}, base), 4);
  EXPECT_EQ(paper_blur_radius({8192, 8192}, base), 4);
  EXPECT_EQ(paper_blur_radius({640, 1024}, {320, 512}), 3);
  EXPECT_EQ(paper_blur_radius({512, 512}, base), 1);
}

TEST(BlurRadius, OfficialRadiusIsTheLargerScaleLessOne) {
  EXPECT_EQ(official_blur_radius({1536, 1536}, 1024), 0);
  EXPECT_EQ(official_blur_radius({2048, 2048}, 1024), 1);
  EXPECT_EQ(official_blur_radius({2048, 4096}, 1024), 3);
  EXPECT_EQ(official_blur_radius({8192, 8192}, 1024), 7);
  EXPECT_EQ(official_blur_radius({1024, 1024}, 256), 3);
}

TEST(BlurRadius, OfficialRadiusStopsWhereTapsVanishInSinglePrecision) {
  EXPECT_EQ(official_blur_radius({32768, 32768}, 1024), 13);
  EXPECT_GT(gaussian_taps(13, 1.0)[0], 1.2e-38f);
  EXPECT_LT(gaussian_taps(14, 1.0)[0], 1.2e-38f);
}

TEST(BlurRadius, RejectsEmptyExtents) {
  EXPECT_THROW(paper_blur_radius({0, 64}, {256, 256}), std::invalid_argument);
  EXPECT_THROW(paper_blur_radius({64, 64}, {0, 256}), std::invalid_argument);
  EXPECT_THROW(official_blur_radius({512, 512}, 1024), std::invalid_argument);
  EXPECT_THROW(official_blur_radius({512, 512}, 0), std::invalid_argument);
}

}  // namespace
}  // namespace tessera::fusion
