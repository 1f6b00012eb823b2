#include "launch/commands/bench.h"

#include <gmock/gmock.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "configs/machine_config.h"
#include "storage/text_file.h"
#include "tests/launch/tiny_render.h"
#include "tests/storage/temporary_folder.h"

namespace tessera::launch {
namespace {

/// The config and tokenizer files of a model.
void copy_without_weights(const std::filesystem::path& model, const std::filesystem::path& to) {
  std::filesystem::copy(model, to, std::filesystem::copy_options::recursive);
  for (const auto& entry : std::filesystem::recursive_directory_iterator(to)) {
    if (entry.path().extension() == ".safetensors") std::filesystem::remove(entry.path());
  }
}

TEST(Bench, MeasuresEveryStageAndWritesAMachineForPlan) {
  const storage::TemporaryFolder folder;
  const std::string json_file = (folder / "b.json").string();
  const std::string machine_file = (folder / "m.yaml").string();
  const CommandLine line = parse_command_line(
      {"bench", "-m", golden_model(), "--base", "128", "--resolutions", "128,256", "--steps", "4",
       "--repeat", "2", "-t", "1", "--json", json_file, "--machine-out", machine_file});
  RankSession session;
  Console console(0, Console::Color::Never, Console::Loudness::Quiet);
  ::testing::internal::CaptureStdout();
  bench(line, session, console);
  EXPECT_THAT(::testing::internal::GetCapturedStdout(), ::testing::HasSubstr("256x256"));
  session.close();
  const auto object = nlohmann::json::parse(storage::read_text(json_file));
  ASSERT_EQ(object["stages"].size(), 2U);
  for (const auto& stage : object["stages"]) {
    EXPECT_EQ(stage["step_seconds"]["samples"].size(), 2U);
    EXPECT_GT(stage["step_seconds"]["least"], 0);
    EXPECT_GT(stage["predicted_step_seconds"], 0);
    EXPECT_GT(stage["decode_seconds"], 0);
    // Folded upsampling saves some; rows that are computed twice would cost more.
    const double counted = stage["counted_step_flop"];
    EXPECT_NEAR(counted / stage["step_flop"].get<double>(), 0.98, 0.04);
  }
  const auto machine = configs::read_machine(storage::read_text(machine_file), machine_file);
  EXPECT_EQ(machine.conv.rate.points.size(), 3U);  // one per width of the U-Net
}

TEST(Bench, NeedsNoWeightsIfTheyAreMadeUp) {
  const storage::TemporaryFolder folder;
  copy_without_weights(golden_model(), folder / "model");
  const CommandLine line = parse_command_line(
      {"bench", "-m", (folder / "model").string(), "--base", "128", "--resolutions", "128",
       "--steps", "2", "--repeat", "1", "--warmup", "0", "-t", "1", "--random-weights"});
  RankSession session;
  Console console(0, Console::Color::Never, Console::Loudness::Quiet);
  ::testing::internal::CaptureStdout();
  bench(line, session, console);
  EXPECT_THAT(::testing::internal::GetCapturedStdout(), ::testing::HasSubstr("1 ranks"));
  session.close();
}

}  // namespace
}  // namespace tessera::launch
