#include "coordinator/sample_statistics.h"

#include <gtest/gtest.h>

#include <numeric>

namespace tessera::coordinator {
namespace {

TEST(SampleStatistics, OfOddAndEvenCounts) {
  EXPECT_EQ(statistics_of({3, 1, 2}).median, 2);
  EXPECT_EQ(statistics_of({4, 1, 2, 3}).median, 2.5);
  EXPECT_EQ(statistics_of({3, 1, 2}).least, 1);
  EXPECT_EQ(statistics_of({}).median, 0);
}

TEST(SampleStatistics, TheNinetyFifthPercentileIsASample) {
  std::vector<double> samples(100);
  std::iota(samples.begin(), samples.end(), 1);
  EXPECT_EQ(statistics_of(samples).p95, 95);
  EXPECT_EQ(statistics_of({1, 2}).p95, 2);
}

}  // namespace
}  // namespace tessera::coordinator
