#include "launch/bench_options.h"

#include <gtest/gtest.h>

#include "launch/command_line.h"
#include "launch/usage_error.h"

namespace tessera::launch {
namespace {

TEST(BenchOptions, FillTheRequestBesideTheKeysOfTheJob) {
  const CommandLine line =
      parse_command_line({"bench", "--preset", "demo", "--repeat", "9", "--warmup", "0", "--json",
                          "b.json", "--machine-out", "m.yaml", "--random-weights"});
  EXPECT_EQ(line.command, CommandLine::Command::Bench);
  EXPECT_EQ(line.bench.repeats.repeats, 9);
  EXPECT_EQ(line.bench.repeats.warmup, 0);
  EXPECT_EQ(line.bench.json_file, "b.json");
  EXPECT_EQ(line.bench.machine_file, "m.yaml");
  EXPECT_EQ(line.bench.weights, worker::WeightOrigin::Random);
}

TEST(BenchOptions, ReadTheWeightsOfTheModelUnlessAsked) {
  EXPECT_EQ(parse_command_line({"bench"}).bench.weights, worker::WeightOrigin::Files);
}

TEST(BenchOptions, RefuseNothingToMeasure) {
  EXPECT_THROW(parse_command_line({"bench", "--repeat", "0"}), UsageError);
  EXPECT_THROW(parse_command_line({"bench", "--warmup", "-1"}), UsageError);
}

}  // namespace
}  // namespace tessera::launch
