#include "launch/picture_source.h"

#include <gmock/gmock.h>

#include <filesystem>

#include "configs/job_config_reader.h"
#include "launch/commands/render.h"
#include "storage/png_reader.h"
#include "storage/storage_error.h"
#include "tests/launch/tiny_render.h"
#include "tests/storage/temporary_folder.h"

namespace tessera::launch {
namespace {

using testing::HasSubstr;
using testing::ThrowsMessage;

int run(const std::vector<std::string>& arguments) {
  RankSession session;
  RankLog log;
  Console console = silent_console();
  SignalInbox inbox;
  return render(parse_command_line(arguments), session, inbox, log, console);
}

/// One picture of the golden model, made once for all cases.
class PictureSource : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    folder_ = new storage::TemporaryFolder;
    ASSERT_EQ(
        run(tiny_render((*folder_ / "run").string(), {"-o", picture(), "-s", "9", "--fast-mode"})),
        0);
  }
  static void TearDownTestSuite() { delete folder_; }

  static std::string picture() { return (*folder_ / "x.png").string(); }
  static std::string model() { return golden_model(); }

  static storage::TemporaryFolder* folder_;
};

storage::TemporaryFolder* PictureSource::folder_ = nullptr;

TEST_F(PictureSource, GivesTheKeysThatChangeThePicture) {
  configs::ConfigSources sources;
  sources.options = {{"model.path", {model()}, "-m"}};
  add_picture(picture(), sources);
  const configs::JobConfig job = configs::read_job_config(sources).job;
  EXPECT_EQ(job.seed, 9);
  EXPECT_EQ(job.prompts, (std::vector<configs::PromptConfig>{{.text = "a cat"}}));
  EXPECT_TRUE(job.method.fast_mode);
  EXPECT_EQ(job.model.path, model());
  EXPECT_EQ(job.output.run_dir, configs::JobConfig{}.output.run_dir);
}

TEST_F(PictureSource, MakesTheSamePixelsAgain) {
  const std::string again = (*folder_ / "again.png").string();
  EXPECT_EQ(run({"render", "--from", picture(), "-m", model(), "--run-dir",
                 (*folder_ / "again").string(), "-o", again, "-t", "1"}),
            0);
  EXPECT_EQ(storage::read_png(again).samples, storage::read_png(picture()).samples);
}

TEST_F(PictureSource, AsksForAModelThatIsNotFound) {
  configs::ConfigSources sources;
  EXPECT_THAT([&] { add_picture(picture(), sources); },
              ThrowsMessage<storage::MissingFileError>(
                  testing::AllOf(HasSubstr("\"parity_model\""), HasSubstr("-m FOLDER"))));
}

TEST_F(PictureSource, RefusesAnotherModel) {
  std::vector<coordinator::InputFile> files{{"model.path", "other", std::string(64, 'a')}};
  EXPECT_THAT([&] { check_files_of_picture(picture(), files); },
              ThrowsMessage<storage::DataError>(HasSubstr("has SHA-256 aaaa")));
  configs::JobConfig job;
  job.model.path = model();
  EXPECT_NO_THROW(check_files_of_picture(picture(), input_files(job)));
}

TEST_F(PictureSource, NeedsNoAutoencoderThatAnotherReplaces) {
  namespace fs = std::filesystem;
  const fs::path bare = *folder_ / "no_vae";
  fs::create_directories(bare);
  for (const char* part : {"unet", "text_encoder", "text_encoder_2"}) {
    fs::create_directory_symlink(fs::path(model()) / part, bare / part);
  }
  configs::JobConfig job;
  job.model.path = bare.string();
  EXPECT_THROW(input_files(job), storage::MissingFileError);
  job.model.vae_path = model() + "/vae";
  const auto files = input_files(job);
  ASSERT_EQ(files.size(), 2u);
  job.model.path = model();
  EXPECT_EQ(input_files(job).front().digest, files.front().digest);
}

TEST_F(PictureSource, ListsTheImagesOfAllPromptsOnce) {
  const storage::TemporaryFolder folder;
  const std::string a = folder.put("a.png", "a").string();
  const std::string b = folder.put("b.png", "b").string();
  configs::JobConfig job;
  job.model.path = model();
  job.init.image = a;
  job.prompts = {{.text = "x"}, {.text = "y", .image = b, .mask = a}, {.text = "z", .image = b}};
  const auto files = input_files(job);
  ASSERT_EQ(files.size(), 4u);
  EXPECT_EQ(files[1], (coordinator::InputFile{"init.image", "a.png", files[3].digest, a}));
  EXPECT_EQ(files[2].path, b);
  EXPECT_EQ(files[3].key, "init.mask");
}

TEST_F(PictureSource, RefusesAPictureWithoutRecord) {
  const std::string bare = (*folder_ / "bare.png").string();
  EXPECT_EQ(run(tiny_render((*folder_ / "bare").string(), {"-o", bare, "--no-metadata"})), 0);
  configs::ConfigSources sources;
  EXPECT_THAT([&] { add_picture(bare, sources); },
              ThrowsMessage<storage::DataError>(HasSubstr("does not tell how it was made")));
}

}  // namespace
}  // namespace tessera::launch
