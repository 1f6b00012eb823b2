#include "launch/commands/plan.h"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "coordinator/memory_check.h"
#include "launch/usage_error.h"
#include "tests/launch/tiny_render.h"
#include "tests/storage/temporary_folder.h"

namespace tessera::launch {
namespace {

nlohmann::json planned(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), {"plan", "--json"});
  Console console(0, Console::Color::Never, Console::Loudness::Quiet);
  ::testing::internal::CaptureStdout();
  std::exception_ptr error;
  try {
    plan(parse_command_line(arguments), console);
  } catch (...) {
    error = std::current_exception();
  }
  const std::string text = ::testing::internal::GetCapturedStdout();
  if (error) std::rethrow_exception(error);
  return nlohmann::json::parse(text);
}

TEST(Plan, ReadsTheOutlineOfTheModelThatIsGiven) {
  const auto own = planned({"-m", golden_model(), "--base", "128", "--resolutions", "128,256"});
  const auto sdxl = planned({"--base", "128", "--resolutions", "128,256"});
  EXPECT_LT(own["plans"][0]["stages"][1]["step_flop"], sdxl["plans"][0]["stages"][1]["step_flop"]);
}

TEST(Plan, RanksShareTheHostOfAMachineOfCpus) {
  const auto one_host = planned({"--preset", "demo", "--ranks", "4"});
  EXPECT_EQ(one_host["plans"][0]["hosts"], 1);
  const auto four_hosts = planned({"--preset", "demo", "--ranks", "4", "--ranks-per-host", "1"});
  EXPECT_EQ(four_hosts["plans"][0]["hosts"], 4);
  EXPECT_GT(one_host["plans"][0]["seconds"], four_hosts["plans"][0]["seconds"]);
}

TEST(Plan, RefusesAJobThatDoesNotFitOneNumberOfRanksButComparesSeveral) {
  const std::vector<std::string> job{"--preset", "image-4096", "--device-memory", "4GiB"};
  EXPECT_THROW(planned(job), coordinator::MemoryError);
  std::vector<std::string> several = job;
  several.insert(several.end(), {"--ranks", "1,2"});
  EXPECT_EQ(planned(several)["plans"][1]["fits"], false);
}

TEST(Plan, RefusesAnUnknownMachine) { EXPECT_THROW(planned({"--machine", "abacus"}), UsageError); }

}  // namespace
}  // namespace tessera::launch
