#include "launch/commands/inspect.h"

#include <gmock/gmock.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "launch/usage_error.h"
#include "storage/checkpoint_writer.h"
#include "storage/storage_error.h"
#include "tests/launch/tiny_render.h"
#include "tests/storage/sample_checkpoint.h"
#include "tests/storage/temporary_folder.h"

namespace tessera::launch {
namespace {

using testing::HasSubstr;

/// What the command prints; an error of it goes to `error`.
std::string printed(std::vector<std::string> arguments, std::string* error = nullptr) {
  arguments.insert(arguments.begin(), "inspect");
  Console console(0, Console::Color::Never, Console::Loudness::Quiet);
  ::testing::internal::CaptureStdout();
  try {
    inspect(parse_command_line(arguments), console);
  } catch (const std::runtime_error& thrown) {
    if (error == nullptr) ADD_FAILURE() << thrown.what();
    if (error != nullptr) *error = thrown.what();
  }
  return ::testing::internal::GetCapturedStdout();
}

TEST(Inspect, TellsFilesAndFoldersApartByTheirContent) {
  const storage::TemporaryFolder folder;
  std::filesystem::create_directory(folder / "run");
  const auto file = storage::CheckpointWriter(folder / "run/checkpoints", 1)
                        .write(storage::sample_checkpoint())
                        .file;
  EXPECT_THAT(printed({file.string()}), HasSubstr("kind: checkpoint\n"));
  EXPECT_THAT(printed({(folder / "run").string()}), HasSubstr("kind: run\n"));
  EXPECT_THAT(printed({golden_model()}), HasSubstr("kind: model\n"));
  EXPECT_THAT(printed({golden_model() + "/unet/diffusion_pytorch_model.safetensors"}),
              HasSubstr("kind: weights\n"));
  EXPECT_THAT(printed({golden_video_checkpoint()}), HasSubstr("kind: torch checkpoint\n"));
}

TEST(Inspect, PrintsJsonOfAllPaths) {
  const auto json = nlohmann::json::parse(printed({golden_model(), golden_model(), "--json"}));
  ASSERT_EQ(json.size(), 2u);
  EXPECT_EQ(json[1]["kind"], "model");
}

TEST(Inspect, ShowsTheOthersBeforeItRefusesOne) {
  const storage::TemporaryFolder folder;
  std::string error;
  EXPECT_THAT(printed({(folder / "none").string(), golden_model()}, &error),
              HasSubstr("kind: model"));
  EXPECT_THAT(error, HasSubstr("none: no such file or folder"));
}

TEST(Inspect, RefusesWhatItDoesNotKnow) {
  const storage::TemporaryFolder folder;
  std::string error;
  printed({folder.put("a.txt", "text").string()}, &error);
  EXPECT_THAT(error, HasSubstr("a.txt: neither a checkpoint (.h5), a PNG, a clip (.mp4, .mkv), a"));
  printed({folder.path().string()}, &error);
  EXPECT_THAT(error, HasSubstr("neither a run directory"));
  printed({folder.put("a.ckpt", "\x80\x02").string()}, &error);
  EXPECT_THAT(error, HasSubstr("the form of torch before 1.6"));
  printed({folder.put("a", "\x1a\x45\xdf\xa3").string()}, &error);
  EXPECT_THAT(error, testing::AnyOf(HasSubstr("Clips cannot be read"),
                                    HasSubstr("not a clip that can be read")));
  printed({folder.put("a.h5", "text").string()}, &error);
  EXPECT_THAT(error, HasSubstr("too few for a checkpoint"));
  EXPECT_THROW(parse_command_line({"inspect"}), UsageError);
}

}  // namespace
}  // namespace tessera::launch
