#include "launch/run_history.h"

#include <gmock/gmock.h>

#include "coordinator/resume.h"
#include "storage/checkpoint_names.h"
#include "storage/checkpoint_writer.h"
#include "storage/content_digest.h"
#include "storage/storage_error.h"
#include "tests/coordinator/sample_task.h"
#include "tests/storage/edited_checkpoint.h"
#include "tests/storage/sample_checkpoint.h"
#include "tests/storage/temporary_folder.h"

namespace tessera::launch {
namespace {

namespace fs = std::filesystem;
using coordinator::ManifestPicture;
using coordinator::RunManifest;
using Resume = RenderRequest::Resume;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::ThrowsMessage;

class ReadHistory : public testing::Test {
 protected:
  /// Writes the sample checkpoint before this step; returns its file.
  fs::path put_checkpoint(int step) {
    storage::CheckpointData data = storage::sample_checkpoint();
    data.progress.next_step = step;
    data.picture_keys = identity_.keys;
    data.outputs = {{2, 2, "images/a.png", storage::digest_of_text("a")}};
    return storage::CheckpointWriter(run_.checkpoints(), 9).write(data).file;
  }
  void put_manifest(const std::string& keys) {
    RunManifest manifest;
    manifest.keys = keys;
    manifest.hash = identity_.hash;
    const auto written = ManifestPicture::State::Written;
    manifest.pictures = {{0, 0, "images/a.png", written, storage::digest_of_text("a")},
                         {0, 1, "images/b.png", written, storage::digest_of_text("b")},
                         {0, 2, "images/c.png", ManifestPicture::State::Due, ""}};
    run_.write_text("manifest.json", coordinator::manifest_to_json(manifest));
  }
  RunHistory read(const RenderRequest& request = {}) const {
    return read_history(run_, request, identity_, {task_, {2}});
  }
  static RenderRequest with(Resume resume) {
    RenderRequest request;
    request.resume = resume;
    return request;
  }

  const storage::TemporaryFolder folder_;
  const storage::RunDirectory run_ = storage::RunDirectory::create(folder_ / "run");
  worker::RenderTask task_ = coordinator::sample_task({{0, 50}, {1, 50}, {1, 50}}, 5);
  const coordinator::RunIdentity identity_{R"({"seed":1})", storage::digest_of_text("identity")};
};

TEST_F(ReadHistory, FindsNothingInANewRun) {
  EXPECT_TRUE(read().empty());
  EXPECT_THAT(read().warnings, IsEmpty());
  EXPECT_THAT([&] { read(with(Resume::Require)); },
              ThrowsMessage<storage::DataError>(HasSubstr("neither a checkpoint nor a manifest")));
}

TEST_F(ReadHistory, TakesTheNewestCheckpoint) {
  put_checkpoint(20);
  const fs::path newest = put_checkpoint(30);
  const RunHistory history = read(with(Resume::Require));
  EXPECT_EQ(history.checkpoint_file, newest);
  ASSERT_TRUE(history.checkpoint.has_value());
  EXPECT_EQ(history.checkpoint->progress.next_step, 30);
}

TEST_F(ReadHistory, TakesTheCheckpointThatIsNamed) {
  const fs::path named = put_checkpoint(20);
  put_checkpoint(30);
  RenderRequest request;
  request.checkpoint_file = named.string();
  EXPECT_EQ(read(request).checkpoint->progress.next_step, 20);
  request.checkpoint_file = (folder_ / "none.h5").string();
  EXPECT_THROW(read(request), storage::MissingFileError);
  request.checkpoint_file = folder_.put("bad.h5", "no checkpoint").string();
  EXPECT_THROW(read(request), storage::DataError);
}

TEST_F(ReadHistory, PassesOverDamagedCheckpointsWithAWarning) {
  const fs::path good = put_checkpoint(20);
  const fs::path bad = put_checkpoint(30);
  fs::resize_file(bad, fs::file_size(bad) - 1);
  const RunHistory history = read();
  EXPECT_EQ(history.checkpoint_file, good);
  EXPECT_THAT(history.rejected, ElementsAre(HasSubstr(bad.filename().string())));
  fs::resize_file(good, 0);
  EXPECT_THAT([&] { read(); },
              ThrowsMessage<storage::DataError>(testing::AllOf(HasSubstr(good.filename().string()),
                                                               HasSubstr(bad.filename().string()),
                                                               HasSubstr("delete these files"))));
}

TEST_F(ReadHistory, TakesNoCheckpointOfAnItemThatIsFinishedOrNotSelected) {
  put_checkpoint(20);  // of item 3
  task_.items[3].work = worker::ItemWork::Leave;
  EXPECT_FALSE(read().checkpoint.has_value());
  EXPECT_TRUE(read().unfinished.contains(3)) << "so its file is spared";
  task_.items[3].work = worker::ItemWork::Render;
  EXPECT_TRUE(read().checkpoint.has_value());
  RunManifest manifest;
  manifest.keys = identity_.keys;
  manifest.hash = identity_.hash;
  manifest.pictures = {
      {3, 2, "images/a.png", ManifestPicture::State::Written, storage::digest_of_text("a")}};
  run_.write_text("manifest.json", coordinator::manifest_to_json(manifest));
  folder_.put("run/images/a.png", "a");
  EXPECT_FALSE(read().checkpoint.has_value());
  EXPECT_FALSE(read().unfinished.contains(3));
  fs::remove(folder_ / "run/images/a.png");
  EXPECT_TRUE(read().checkpoint.has_value()) << "the picture is lost";
}

TEST_F(ReadHistory, StopsAtAFileThatCannotBeReadNow) {
  put_checkpoint(20);
  const fs::path newest = put_checkpoint(30);
  fs::remove(newest);
  fs::create_symlink(newest, newest);  // opening it fails with ELOOP, also for root
  EXPECT_THAT([&] { read(); }, ThrowsMessage<storage::IoError>(HasSubstr(newest.string())));
}

TEST_F(ReadHistory, RefusesACheckpointOfAnotherFormatVersion) {
  put_checkpoint(20);
  const fs::path newest = put_checkpoint(30);
  fs::rename(storage::edited(folder_, storage::sample_checkpoint(),
                             [](hid_t h5) { storage::set_integer(h5, "/", "format_version", 2); }),
             newest);
  const auto refused = ThrowsMessage<coordinator::ResumeRefused>(testing::AllOf(
      HasSubstr(newest.string()), HasSubstr("version 2"), HasSubstr("--resume never")));
  EXPECT_THAT([&] { read(); }, refused);
  RenderRequest named;
  named.checkpoint_file = newest.string();
  EXPECT_THAT([&] { read(named); }, refused);
}

TEST_F(ReadHistory, CountsPicturesOnlyWithTheContentThatIsRecorded) {
  put_manifest(identity_.keys);
  folder_.put("run/images/a.png", "a");
  folder_.put("run/images/b.png", "changed");
  RunHistory history = read();
  ASSERT_TRUE(history.manifest.has_value());
  EXPECT_EQ(history.manifest->find("images/a.png")->state, ManifestPicture::State::Written);
  EXPECT_EQ(history.manifest->find("images/b.png")->state, ManifestPicture::State::Due);
  EXPECT_EQ(history.manifest->find("images/b.png")->digest, "");
  EXPECT_THAT(history.warnings, ElementsAre(HasSubstr("images/b.png is lost or was changed")));
  fs::remove(folder_ / "run/images/a.png");
  EXPECT_EQ(read().warnings.size(), 2u);
}

TEST_F(ReadHistory, KnowsThePicturesOfACheckpointWhoseManifestIsLost) {
  put_checkpoint(20);
  folder_.put("run/images/a.png", "a");
  run_.write_text("manifest.json", "{ cut short");
  RunHistory history = read();
  EXPECT_THAT(history.warnings, ElementsAre(HasSubstr("the manifest is passed over")));
  ASSERT_TRUE(history.manifest.has_value());
  ASSERT_NE(history.manifest->find("images/a.png"), nullptr);
  EXPECT_EQ(history.manifest->find("images/a.png")->state, ManifestPicture::State::Written);
}

TEST_F(ReadHistory, OfOtherItemsIsKeptThoughTheManifestIsLost) {
  put_checkpoint(20);  // of item 3
  task_.items[3].work = worker::ItemWork::Leave;
  EXPECT_FALSE(read(with(Resume::Require)).empty()) << "it would be forgotten";
  EXPECT_EQ(read().manifest->source, RunManifest::Source::Checkpoint);
}

TEST_F(ReadHistory, OfAnotherRunIsRefusedThoughItsItemIsUnknownHere) {
  storage::CheckpointData data = storage::sample_checkpoint();
  data.picture_keys = R"({"seed":2})";
  storage::CheckpointWriter(run_.checkpoints(), 9).write(data);
  task_.items.resize(1);
  EXPECT_THAT([&] { read(); },
              ThrowsMessage<coordinator::ResumeRefused>(HasSubstr("seed: 1 here, 2 there")));
}

TEST_F(ReadHistory, RefusesTheRunOfAnotherConfiguration) {
  put_manifest(R"({"seed":2})");
  EXPECT_THAT([&] { read(); },
              ThrowsMessage<coordinator::ResumeRefused>(HasSubstr("seed: 1 here, 2 there")));
  EXPECT_TRUE(read(with(Resume::Never)).empty());
}

TEST_F(ReadHistory, KnowsTheSeedThatARunDrew) {
  EXPECT_EQ(drawn_seed_of(folder_ / "none", {}), std::nullopt);
  EXPECT_EQ(drawn_seed_of(run_.root(), {}), std::nullopt);
  put_manifest(identity_.keys);
  EXPECT_EQ(drawn_seed_of(run_.root(), {}), std::nullopt) << "it was given";
  RunManifest manifest;
  manifest.keys = identity_.keys;
  manifest.drawn_seed = 77;
  run_.write_text("manifest.json", coordinator::manifest_to_json(manifest));
  EXPECT_EQ(drawn_seed_of(run_.root(), {}), 77);
  EXPECT_EQ(drawn_seed_of(run_.root(), with(Resume::Require)), 77);
  EXPECT_EQ(drawn_seed_of(run_.root(), with(Resume::Never)), std::nullopt);
  run_.write_text("manifest.json", "{ cut short");
  EXPECT_EQ(drawn_seed_of(run_.root(), {}), std::nullopt);
}

TEST_F(ReadHistory, IsForgottenByARunThatStartsOver) {
  put_checkpoint(20);
  put_manifest(identity_.keys);
  const fs::path picture = folder_.put("run/images/a.png", "a");
  forget_history(run_);
  EXPECT_TRUE(read().empty());
  EXPECT_FALSE(fs::exists(run_.checkpoints()));
  EXPECT_TRUE(fs::exists(picture));
  EXPECT_NO_THROW(forget_history(run_));
}

}  // namespace
}  // namespace tessera::launch
