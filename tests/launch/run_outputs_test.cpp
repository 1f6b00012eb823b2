#include "launch/run_outputs.h"

#include <gmock/gmock.h>

#include <filesystem>

#include "coordinator/resume.h"
#include "coordinator/run_manifest.h"
#include "storage/content_digest.h"
#include "storage/storage_error.h"
#include "storage/text_file.h"
#include "tests/launch/tiny_render.h"
#include "tests/storage/temporary_folder.h"

namespace tessera::launch {
namespace {

PreparedRender prepare(const std::string& run_dir, const std::vector<std::string>& more = {}) {
  RankSession session;
  StartupExchange startup(session.world());
  Console console = silent_console();
  return prepare_render(parse_command_line(tiny_render(run_dir, more)), session, startup, console);
}

TEST(RunOutputs, WriteTheConfigurationWithItsOrigins) {
  const storage::TemporaryFolder folder;
  const PreparedRender render = prepare((folder / "run").string());
  const RunOutputs outputs(render, {});
  const std::string yaml = storage::read_text(folder / "run/run.yaml");
  EXPECT_THAT(yaml, testing::ContainsRegex("steps: 2 +# option --sampling-steps"));
  EXPECT_EQ(outputs.log_directory(), folder / "run/logs");
}

TEST(RunOutputs, KeepOthersOutOfTheRunFolder) {
  const storage::TemporaryFolder folder;
  const PreparedRender render = prepare((folder / "run").string());
  const RunOutputs outputs(render, {});
  EXPECT_THROW(RunOutputs(render, {}), storage::LockedError);
}

TEST(RunOutputs, RefuseACopyThatExistsOrHasNoFolder) {
  const storage::TemporaryFolder folder;
  const PreparedRender render = prepare((folder / "run").string());
  RenderRequest request;
  request.copy_to = folder.put("x.png", "old").string();
  EXPECT_THROW(RunOutputs(render, request), storage::CannotCreateError);
  request.copy_to = (folder / "none/x.png").string();
  EXPECT_THROW(RunOutputs(render, request), storage::CannotCreateError);
  request.copy_to = (folder / "x.jpg").string();
  EXPECT_THROW(RunOutputs(render, request), storage::CannotCreateError);
}

TEST(RunOutputs, RefuseAPictureThatExists) {
  const storage::TemporaryFolder folder;
  folder.put("run/images/00000_123_128x128.png", "old");
  const PreparedRender render = prepare((folder / "run").string());
  EXPECT_THROW(RunOutputs(render, {}), storage::CannotCreateError);
  const PreparedRender over =
      prepare((folder / "run").string(), {"--output-on-exists", "overwrite"});
  EXPECT_NO_THROW(RunOutputs(over, {}));
}

/// A run whose first start has made the picture of stage 0, and of the copy.
class ContinuedOutputs : public testing::Test {
 protected:
  void SetUp() override {
    const PreparedRender render = prepare(run_dir());
    const RunOutputs outputs(render, request_);
    coordinator::RunManifest manifest = outputs.manifest();
    ASSERT_EQ(manifest.pictures.size(), 2u);
    folder_.put("run/" + manifest.pictures[0].file, "made");
    manifest.pictures[0].state = coordinator::ManifestPicture::State::Written;
    manifest.pictures[0].digest = storage::digest_of_text("made");
    manifest.idle_starts = 1;
    outputs.run().write_text("manifest.json", coordinator::manifest_to_json(manifest));
  }
  std::string run_dir() const { return (folder_ / "run").string(); }

  const storage::TemporaryFolder folder_;
  RenderRequest request_;
};

TEST_F(ContinuedOutputs, KeepWhatIsThere) {
  const PreparedRender render = prepare(run_dir());
  const RunOutputs outputs(render, request_);
  EXPECT_TRUE(outputs.history().manifest.has_value());
  EXPECT_FALSE(outputs.start().from_checkpoint());
  const coordinator::RunManifest manifest = outputs.manifest();
  EXPECT_EQ(manifest.idle_starts, 1);
  EXPECT_EQ(manifest.pictures[0].state, coordinator::ManifestPicture::State::Written);
  EXPECT_EQ(manifest.pictures[1].state, coordinator::ManifestPicture::State::Due);
  EXPECT_EQ(outputs.checkpoint_base().picture_keys, manifest.keys);
}

TEST_F(ContinuedOutputs, ReplaceACopyOfTheEarlierStart) {
  request_.copy_to = folder_.put("x.png", "old").string();
  const PreparedRender render = prepare(run_dir());
  EXPECT_NO_THROW(RunOutputs(render, request_));
}

TEST_F(ContinuedOutputs, RefuseAnotherSeedAndChangeNothing) {
  const std::string before = storage::read_text(folder_ / "run/run.yaml");
  const PreparedRender render = prepare(run_dir(), {"-s", "7"});
  EXPECT_THROW(RunOutputs(render, request_), coordinator::ResumeRefused);
  EXPECT_EQ(storage::read_text(folder_ / "run/run.yaml"), before);
}

TEST_F(ContinuedOutputs, AreForgottenByAStartThatNeverResumes) {
  request_.resume = RenderRequest::Resume::Never;
  const PreparedRender over = prepare(run_dir(), {"-s", "7", "--output-on-exists", "overwrite"});
  const RunOutputs outputs(over, request_);
  EXPECT_TRUE(outputs.history().empty());
  EXPECT_EQ(outputs.manifest().idle_starts, 0);
  EXPECT_FALSE(std::filesystem::exists(folder_ / "run/manifest.json"));
}

}  // namespace
}  // namespace tessera::launch
