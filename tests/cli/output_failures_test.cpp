#include <gmock/gmock.h>

#include <atomic>
#include <filesystem>
#include <functional>
#include <ostream>
#include <thread>

#include "tests/cli/child_process.h"
#include "tests/launch/tiny_render.h"
#include "tests/storage/temporary_folder.h"

namespace tessera::cli {
namespace {

namespace fs = std::filesystem;
using testing::ContainsRegex;
using testing::HasSubstr;
using Folder = storage::TemporaryFolder;

/// Something that only rank 0 touches and that fails, at the start-up or later.
struct RootFailure {
  const char* name;
  int exit_code;
  const char* says;                            ///< on the standard error
  std::function<void(const fs::path&)> spoil;  /// of the run folder
};

void PrintTo(const RootFailure& each, std::ostream* out) { *out << each.name; }

std::function<void(const fs::path&)> folder_at(const char* name) {
  return [name](const fs::path& run) { fs::create_directories(run / name); };
}

std::function<void(const fs::path&)> full_disk_at(const char* name) {
  return [name](const fs::path& run) { fs::create_symlink("/dev/full", run / name); };
}

std::vector<RootFailure> failures() {
  return {
      {"events_are_a_folder", 73, "events.jsonl", folder_at("events.jsonl")},
      {"metrics_are_a_folder", 73, "metrics.jsonl", folder_at("metrics.jsonl")},
      {"configuration_is_a_folder", 73, "run.yaml", folder_at("run.yaml")},
      {"picture_is_a_folder", 73, "128x128.png", folder_at("images/00000_123_128x128.png")},
      {"images_are_a_file", 73, "images", full_disk_at("images")},
      {"report_is_a_folder", 73, "report.json", folder_at("report.json")},
  };
}

/// One rank talks, once; the others end with it.
void expect_one_error(const Ended& ended, int exit_code, const std::string& says) {
  EXPECT_EQ(ended.exit_code, exit_code) << ended.err;
  EXPECT_THAT(ended.err, HasSubstr(says));
  const std::size_t first = ended.err.find("tessera: error: ");
  EXPECT_NE(first, std::string::npos) << ended.err;
  EXPECT_EQ(ended.err.find("tessera: error: ", first + 1), std::string::npos) << ended.err;
}

class RankZeroFailing : public testing::TestWithParam<std::tuple<int, RootFailure>> {};

TEST_P(RankZeroFailing, EndsAllRanksWithItsMessage) {
  if (!fs::exists("/dev/full")) GTEST_SKIP() << "needs /dev/full";
  const auto& [ranks, failure] = GetParam();
  const Folder folder;
  const fs::path run = folder / "run";
  fs::create_directories(run);
  failure.spoil(run);
  expect_one_error(run_tessera(ranks, launch::tiny_render(run.string())), failure.exit_code,
                   failure.says);
}

INSTANTIATE_TEST_SUITE_P(Output, RankZeroFailing,
                         testing::Combine(testing::Values(1, 3), testing::ValuesIn(failures())),
                         [](const testing::TestParamInfo<RankZeroFailing::ParamType>& each) {
                           return std::string(std::get<1>(each.param).name) + "_" +
                                  std::to_string(std::get<0>(each.param));
                         });

class ALogThatCannotGrow : public testing::TestWithParam<const char*> {};

TEST_P(ALogThatCannotGrow, IsAWarningOfARenderThatGoesOn) {
  if (!fs::exists("/dev/full")) GTEST_SKIP() << "needs /dev/full";
  const Folder folder;
  const fs::path run = folder / "run";
  fs::create_directories((run / GetParam()).parent_path());
  full_disk_at(GetParam())(run);
  const Ended ended = run_tessera(3, launch::tiny_render(run.string()));
  EXPECT_EQ(ended.exit_code, 0) << ended.err;
  const std::size_t first = ended.err.find(GetParam());
  EXPECT_NE(first, std::string::npos) << ended.err;
  EXPECT_EQ(ended.err.find(GetParam(), first + 1), std::string::npos) << "once:\n" << ended.err;
  EXPECT_THAT(ended.err, ContainsRegex("tessera: warning: [^\n]*" + std::string(GetParam())));
  EXPECT_TRUE(fs::exists(run / "images/00000_123_128x128.png"));
}

INSTANTIATE_TEST_SUITE_P(Output, ALogThatCannotGrow,
                         testing::Values("events.jsonl", "metrics.jsonl", "logs/rank-0001.log"));

/// Calls `act` as soon as `file` exists, while a render of this many ranks runs.
Ended render_and_act(int ranks, const std::vector<std::string>& arguments, const fs::path& file,
                     const std::function<void()>& act) {
  std::atomic<bool> over = false;
  std::thread actor([&] {
    while (!over && !fs::exists(file)) std::this_thread::yield();
    if (!over) act();
  });
  const Ended ended = run_tessera(ranks, arguments);
  over = true;
  actor.join();
  return ended;
}

class AFolderThatVanishes : public testing::TestWithParam<int> {};

TEST_P(AFolderThatVanishes, EndsAllRanksWhenAPictureIsDue) {
  const Folder folder;
  const fs::path images = folder / "run/images";
  const auto arguments = launch::tiny_render((folder / "run").string(), {"--steps", "20"});
  const Ended ended = render_and_act(GetParam(), arguments, images / "00000_123_64x64.png",
                                     [&] { fs::remove_all(images); });
  expect_one_error(ended, 73, "00000_123_128x128.png");
}

TEST_P(AFolderThatVanishes, EndsAllRanksWhenTheTraceIsDue) {
  const Folder folder;
  const fs::path run = folder / "run";
  const fs::path traces = folder / "traces";
  fs::create_directories(traces);
  const auto arguments = launch::tiny_render(
      run.string(), {"--steps", "20", "--trace", (traces / "t.safetensors").string()});
  const Ended ended = render_and_act(GetParam(), arguments, run / "images/00000_123_64x64.png",
                                     [&] { fs::remove_all(traces); });
  expect_one_error(ended, 73, "t.safetensors");
}

INSTANTIATE_TEST_SUITE_P(Ranks, AFolderThatVanishes, testing::Values(1, 3));

TEST(ALimitOfFileSizes, EndsARenderWhosePictureIsLarger) {
  const Folder folder;
  std::vector<std::string> command{"sh", "-c", "trap '' XFSZ; ulimit -f 30; exec \"$@\"", "sh",
                                   tessera_program()};
  for (const std::string& argument : launch::tiny_render((folder / "run").string())) {
    command.push_back(argument);
  }
  expect_one_error(run_child(command), 74, "00000_123_128x128.png");
  EXPECT_FALSE(fs::exists(folder / "run/images/00000_123_128x128.png"));
}

TEST(StandardOutput, IsAnErrorWhenItCannotBeWritten) {
  if (!fs::exists("/dev/full")) GTEST_SKIP() << "needs /dev/full";
  const Folder folder;
  const std::string to_full = "exec \"$@\" > /dev/full";
  expect_one_error(run_child({"sh", "-c", to_full, "sh", tessera_program(), "config", "presets"}),
                   74, "standard output");
  std::vector<std::string> render{"sh", "-c", to_full, "sh", tessera_program()};
  for (const std::string& argument : launch::tiny_render((folder / "run").string())) {
    render.push_back(argument);
  }
  expect_one_error(run_child(render), 74, "standard output");
}

}  // namespace
}  // namespace tessera::cli
