#include <gmock/gmock.h>

#include <algorithm>
#include <cstdint>
#include <nlohmann/json.hpp>

#include "storage/text_file.h"
#include "tests/cli/child_process.h"
#include "tests/cli/tiny_run.h"
#include "tests/storage/temporary_folder.h"

namespace tessera::cli {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(PlanCommand, NeedsNeitherModelNorPrompt) {
  const Ended ended = run_tessera(
      1, {"plan", "--preset", "image-4096", "--machine", "h200-nvlink", "--ranks", "8"});
  EXPECT_EQ(ended.exit_code, 0) << ended.err;
  EXPECT_THAT(ended.out, HasSubstr("grid    8 ranks on 1 hosts"));
  EXPECT_THAT(ended.out, HasSubstr("4096x4096"));
  EXPECT_THAT(ended.out, HasSubstr("total   about"));
  EXPECT_THAT(ended.err, HasSubstr("planned for the published SDXL"));
}

TEST(PlanCommand, ComparesRankCounts) {
  const Ended ended = run_tessera(
      1, {"plan", "--preset", "image-2048", "--machine", "h200-nvlink", "--ranks", "1,8,64"});
  EXPECT_EQ(ended.exit_code, 0) << ended.err;
  EXPECT_THAT(ended.out, HasSubstr("\n    1 "));
  EXPECT_THAT(ended.out, HasSubstr("\n   64 "));
  EXPECT_THAT(ended.out, Not(HasSubstr("stage   canvas")));
}

TEST(PlanCommand, PrintsJson) {
  const Ended ended = run_tessera(1, {"plan", "--preset", "demo", "--ranks", "1,2", "--json"});
  EXPECT_EQ(ended.exit_code, 0) << ended.err;
  EXPECT_THAT(ended.out, HasSubstr("\"step_bytes_sent\""));
  EXPECT_THAT(ended.out, HasSubstr("\"machine\": \"cpu\""));
}

/// The bytes that a plan predicts are those that the communicators count.
void expect_planned_bytes(const std::string& dilate_tau, const char* field) {
  const TinyRun run({"--dilate-tau", dilate_tau});
  ASSERT_EQ(run.render(4).exit_code, 0);
  std::vector<std::string> arguments = run.render_arguments();
  arguments.front() = "plan";
  arguments.insert(arguments.end(), {"--ranks", "4", "--json"});
  const Ended planned = run_tessera(1, arguments);
  ASSERT_EQ(planned.exit_code, 0) << planned.err;
  const auto plan = nlohmann::json::parse(planned.out)["plans"][0];
  const auto report =
      nlohmann::json::parse(storage::read_text((run.directory() / "report.json").string()));
  for (std::size_t stage = 0; stage < plan["stages"].size(); ++stage) {
    const auto& sent = report["stages"][stage]["bytes_sent_per_step"];
    ASSERT_EQ(sent.size(), 4U);
    std::int64_t most = 0;
    for (const auto& bytes : sent) most = std::max(most, bytes.get<std::int64_t>());
    EXPECT_GT(most, 0);
    EXPECT_EQ(most, plan["stages"][stage][field].get<std::int64_t>()) << "stage " << stage;
  }
}

TEST(PlanCommand, PredictsTheBytesOfEveryStepExactly) {
  expect_planned_bytes("0", "step_bytes_sent");
  expect_planned_bytes("1.0", "dilated_step_bytes_sent");
}

TEST(PlanCommand, EndsWith71WhereTheJobDoesNotFit) {
  const Ended ended =
      run_tessera(1, {"plan", "--preset", "image-8192", "--machine", "h200-nvlink",
                      "--device-memory", "16GiB", "--ranks", "1", "--vae-mode", "tiled"});
  EXPECT_EQ(ended.exit_code, 71);
  EXPECT_THAT(ended.out, HasSubstr("total   about"));  // the plan is shown all the same
  EXPECT_THAT(ended.err, HasSubstr("Use at least"));
}

TEST(PlanCommand, TakesAMachineFileAndNamesWhatIsWrongInIt) {
  const storage::TemporaryFolder folder;
  const std::string file = folder.put("m.yaml", "device: cpu\nspeed: 3\n").string();
  const Ended ended = run_tessera(1, {"plan", "--preset", "demo", "--machine", file});
  EXPECT_EQ(ended.exit_code, 2);
  EXPECT_THAT(ended.err, HasSubstr("m.yaml:2:1: unknown key \"speed\""));
  const Ended unknown = run_tessera(1, {"plan", "--preset", "demo", "--machine", "abacus"});
  EXPECT_EQ(unknown.exit_code, 2);
  EXPECT_THAT(unknown.err, HasSubstr("h200-nvlink"));
}

TEST(PlanCommand, RefusesMoreRanksThanGpusOnAHost) {
  const Ended ended = run_tessera(1, {"plan", "--preset", "image-2048", "--machine", "h200-nvlink",
                                      "--ranks", "16", "--ranks-per-host", "16"});
  EXPECT_EQ(ended.exit_code, 2);
  EXPECT_THAT(ended.err, HasSubstr("has 8 devices"));
}

}  // namespace
}  // namespace tessera::cli
