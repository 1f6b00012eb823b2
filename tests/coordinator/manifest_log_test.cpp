#include "coordinator/manifest_log.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <stdexcept>

#include "storage/text_file.h"
#include "tests/coordinator/scratch_directory.h"

namespace tessera::coordinator {
namespace {

class ManifestLogTest : public ::testing::Test {
 protected:
  ManifestLogTest() {
    manifest_.keys = "{}";
    manifest_.state = RunManifest::State::Failed;
    manifest_.pictures = {{0, 0, "images/0.png", {}, ""}, {0, 1, "images/1.png", {}, ""}};
  }

  RunManifest on_disk() const {
    return manifest_from_json(storage::read_text(directory_.path() / "manifest.json"));
  }
  static CommandRecord record(worker::CommandKind kind) {
    CommandRecord result;
    result.command.kind = kind;
    return result;
  }
  static RunSummary ended_with(int exit_code) {
    RunSummary summary;
    summary.exit_code = exit_code;
    return summary;
  }

  ScratchDirectory directory_;
  storage::RunDirectory run_ = storage::RunDirectory::create(directory_.path());
  RunManifest manifest_;
};

TEST_F(ManifestLogTest, AStartRunsAndIsIdleUntilAStepIsDone) {
  manifest_.idle_starts = 1;
  ManifestLog log(manifest_, run_);
  EXPECT_EQ(on_disk().state, RunManifest::State::Running);
  EXPECT_EQ(on_disk().idle_starts, 2);
  log.on_command_end(record(worker::CommandKind::BeginItem));
  EXPECT_EQ(on_disk().idle_starts, 2);
  log.on_command_end(record(worker::CommandKind::Step));
  EXPECT_EQ(on_disk().idle_starts, 0);
}

TEST_F(ManifestLogTest, TriesAgainAtTheNextStepWhenItCannotBeWritten) {
  const storage::RunDirectory run = storage::RunDirectory::create(directory_.path() / "run");
  ManifestLog log(manifest_, run);
  std::filesystem::rename(run.root(), directory_.path() / "aside");
  EXPECT_NO_THROW(log.on_command_end(record(worker::CommandKind::Step)));
  EXPECT_FALSE(std::filesystem::exists(run.root())) << "a folder that vanished was made anew";
  std::filesystem::rename(directory_.path() / "aside", run.root());
  log.on_command_end(record(worker::CommandKind::Step));
  EXPECT_EQ(manifest_from_json(storage::read_text(run.root() / "manifest.json")).idle_starts, 0);
}

TEST_F(ManifestLogTest, RecordsAPictureWithItsDigestAtOnce) {
  ManifestLog log(manifest_, run_);
  FrameRecord frame;
  frame.stage = 1;
  frame.path = run_.root() / "images/1.png";
  frame.digest = std::string(64, 'e');
  log.on_frame_written(frame);
  EXPECT_EQ(on_disk(), log.manifest());
  EXPECT_EQ(on_disk().pictures[0].state, ManifestPicture::State::Due);
  EXPECT_EQ(on_disk().pictures[1].state, ManifestPicture::State::Written);
  EXPECT_EQ(on_disk().pictures[1].digest, frame.digest);
}

TEST_F(ManifestLogTest, APictureThatNobodyPlannedIsAnInternalError) {
  ManifestLog log(manifest_, run_);
  FrameRecord frame;
  frame.item = 3;
  EXPECT_THROW(log.on_frame_written(frame), std::logic_error);
}

TEST_F(ManifestLogTest, TellsHowTheStartEnded) {
  ManifestLog log(manifest_, run_);
  log.on_finished(ended_with(75));
  EXPECT_EQ(on_disk().state, RunManifest::State::Stopped);
  EXPECT_EQ(on_disk().idle_starts, 1) << "no step was done";
  log.on_finished(ended_with(74));
  EXPECT_EQ(on_disk().state, RunManifest::State::Failed);
  log.on_finished(ended_with(0));
  EXPECT_EQ(on_disk().state, RunManifest::State::Done);
  EXPECT_EQ(on_disk().idle_starts, 0) << "nothing was left to do";
}

}  // namespace
}  // namespace tessera::coordinator
