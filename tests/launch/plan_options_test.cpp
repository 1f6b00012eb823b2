#include "launch/plan_options.h"

#include <gmock/gmock.h>

#include "launch/command_line.h"
#include "launch/usage_error.h"

namespace tessera::launch {
namespace {

TEST(PlanOptions, FillTheRequestBesideTheKeysOfTheJob) {
  const CommandLine line = parse_command_line(
      {"plan", "--preset", "image-2048", "--ranks", "1,2,8", "--ranks-per-host", "4", "--machine",
       "m.yaml", "--device-memory", "80GiB", "--json", "--steps", "20"});
  EXPECT_EQ(line.command, CommandLine::Command::Plan);
  EXPECT_EQ(line.plan.ranks, (std::vector<int>{1, 2, 8}));
  EXPECT_EQ(line.plan.ranks_per_host, 4);
  EXPECT_EQ(line.plan.machine, "m.yaml");
  EXPECT_EQ(line.plan.device_memory, 80LL << 30);
  EXPECT_EQ(line.form, CommandLine::Form::Json);
  ASSERT_FALSE(line.options.options.empty());
}

TEST(PlanOptions, PlanForOneRankUnlessAsked) {
  EXPECT_EQ(parse_command_line({"plan"}).plan.ranks, std::vector<int>{1});
}

TEST(PlanOptions, RefuseWhatIsNoNumberOfRanksOrNoSize) {
  EXPECT_THROW(parse_command_line({"plan", "--ranks", "0"}), UsageError);
  EXPECT_THROW(parse_command_line({"plan", "--ranks", "two"}), UsageError);
  EXPECT_THROW(parse_command_line({"plan", "--device-memory", "much"}), UsageError);
  EXPECT_THROW(parse_command_line({"render", "--ranks", "2"}), UsageError);
}

}  // namespace
}  // namespace tessera::launch
