#include "launch/commands/render.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <filesystem>

#include "storage/safetensors_file.h"
#include "storage/text_file.h"
#include "tests/launch/tiny_render.h"
#include "tests/storage/temporary_folder.h"
#include "tests/storage/written_png.h"

namespace tessera::launch {
namespace {

int run(const std::vector<std::string>& arguments) {
  RankSession session;
  RankLog log;
  Console console = silent_console();
  SignalInbox inbox;
  return render(parse_command_line(arguments), session, inbox, log, console);
}

std::vector<float> values(const storage::SafetensorsFile& file, const std::string& name) {
  const storage::TensorView* view = file.find(name);
  if (view == nullptr) throw std::runtime_error("no tensor " + name);
  std::vector<float> result(view->bytes.size() / sizeof(float));
  std::memcpy(result.data(), view->bytes.data(), view->bytes.size());
  return result;
}

double distance(const std::vector<float>& a, const std::vector<float>& b) {
  double sum = 0;
  for (std::size_t k = 0; k < a.size(); ++k) sum += std::pow(a[k] - b.at(k), 2);
  return std::sqrt(sum / static_cast<double>(a.size()));
}

std::string ramp_image(const storage::TemporaryFolder& folder) {
  const std::string path = (folder / "ramp.png").string();
  std::vector<float> pixels;
  for (int k = 0; k < 64 * 64 * 3; ++k) pixels.push_back(static_cast<float>(k % 192) / 192.0F);
  storage::write_png(path, {64, 64}, pixels);
  return path;
}

/// Renders from ramp_image() with 8 steps, of which the last `run` count, and reads the trace.
storage::SafetensorsFile from_image(const storage::TemporaryFolder& folder,
                                    const std::string& strength, int first_step) {
  const std::string name = (folder / strength).string();
  const std::string trace = name + ".safetensors";
  EXPECT_EQ(run(tiny_render(
                name, {"--steps", "8", "-i", ramp_image(folder), "--strength", strength, "--trace",
                       trace, "--trace-layers", "0:" + std::to_string(first_step)})),
            0);
  return storage::SafetensorsFile::open(trace);
}

TEST(Render, NoisesAnImageToTheLevelOfTheFirstStep) {
  const storage::TemporaryFolder folder;
  const auto trace = from_image(folder, "0.25", 6);
  const std::vector<float> image = values(trace, "image.z0");
  const std::vector<float> noise = values(trace, "stage0.renoise");
  const std::vector<float> start = values(trace, "stage0/step.blended");
  const float sigma = values(trace, "schedule.sigmas").at(6);
  for (std::size_t k = 0; k < image.size(); ++k) {
    ASSERT_NEAR(start.at(k), image[k] + sigma * noise.at(k), 1e-5) << k;
  }
}

TEST(Render, StaysTheCloserToAnImageTheLowerTheStrength) {
  const storage::TemporaryFolder folder;
  double last = 0;
  for (const auto& [strength, first_step] :
       {std::pair{"0.125", 7}, std::pair{"0.5", 4}, std::pair{"0.99", 0}}) {
    const auto trace = from_image(folder, strength, first_step);
    const double moved = distance(values(trace, "image.z0"), values(trace, "stage0.final_latents"));
    const float sigma = values(trace, "schedule.sigmas").at(static_cast<std::size_t>(first_step));
    EXPECT_LT(moved, 3 * sigma) << strength;
    EXPECT_GT(moved, last) << strength;
    last = moved;
  }
}

TEST(Render, LeavesPicturesLogReportAndCopy) {
  const storage::TemporaryFolder folder;
  const std::string copy = (folder / "x.png").string();
  EXPECT_EQ(run(tiny_render((folder / "run").string(), {"-o", copy, "--log-level", "debug"})), 0);
  EXPECT_EQ(storage::read_text(copy),
            storage::read_text(folder / "run/images/00000_123_128x128.png"));
  EXPECT_TRUE(std::filesystem::exists(folder / "run/images/00000_123_64x64.png"));
  EXPECT_TRUE(std::filesystem::exists(folder / "run/report.json"));
  EXPECT_FALSE(std::filesystem::exists(folder / "run/LOCK"));
  EXPECT_THAT(storage::read_text(folder / "run/logs/rank-0000.log"),
              testing::AllOf(testing::HasSubstr("rank 0 of 1, 1 threads"),
                             testing::HasSubstr("ends with exit code 0")));
}

TEST(Render, WritesNothingOnADryRun) {
  const storage::TemporaryFolder folder;
  EXPECT_EQ(run(tiny_render((folder / "run").string(), {"--dry-run"})), 0);
  EXPECT_EQ(folder.entries(), 0u);
}

}  // namespace
}  // namespace tessera::launch
