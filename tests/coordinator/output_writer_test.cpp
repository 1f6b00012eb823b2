#include "coordinator/output_writer.h"

#include <gtest/gtest.h>

#include <numeric>
#include <thread>

#include "storage/content_digest.h"
#include "storage/text_file.h"
#include "tests/coordinator/memory_frame_writer.h"
#include "tests/coordinator/scratch_directory.h"

namespace tessera::coordinator {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;

constexpr int kRows = 8;
constexpr int kCols = 5;
constexpr int kBandRows = 2;
constexpr std::uint64_t kBandBytes = kBandRows * kCols * 3 * sizeof(float);

/// Orders every picture but those of stage 7.
std::optional<PictureOrder> order(int item, int stage, int) {
  if (stage == 7) return std::nullopt;
  PictureOrder result;
  result.frame_index = item * 10 + stage;
  result.path = "no/such/file.png";
  result.image = {kRows, kCols};
  return result;
}

std::vector<float> picture(int item, int stage) {
  std::vector<float> pixels(kRows * kCols * 3);
  std::iota(pixels.begin(), pixels.end(), static_cast<float>(1000 * item + 100 * stage));
  return pixels;
}

void put_picture(OutputWriter& writer, int item, int stage) {
  const std::vector<float> pixels = picture(item, stage);
  const std::size_t band = kBandRows * kCols * 3;
  for (int row = 0; row < kRows; row += kBandRows) {
    const std::size_t at = static_cast<std::size_t>(row / kBandRows) * band;
    writer.put_rows(item, stage, {row, kBandRows, kCols, std::span(pixels).subspan(at, band)});
  }
}

class OutputWriterTest : public ::testing::Test {
 protected:
  std::shared_ptr<MemoryFrames> frames_ = std::make_shared<MemoryFrames>();
  std::unique_ptr<OutputWriter> start(std::uint64_t queue_bytes, FilePatience patience = {}) {
    return std::make_unique<OutputWriter>(std::make_unique<MemoryFrameWriter>(frames_), order,
                                          queue_bytes, patience);
  }
  static std::string failure_of(const OutputWriter& writer) {
    if (writer.failure() == nullptr) return "";
    try {
      std::rethrow_exception(writer.failure());
    } catch (const storage::IoError& error) {
      return error.what();
    }
  }
};

TEST_F(OutputWriterTest, WritesPicturesInOrderAndReportsThem) {
  const auto writer = start(1 << 20);
  put_picture(*writer, 0, 0);
  put_picture(*writer, 0, 1);
  writer->finish();
  ASSERT_TRUE(writer->wait_until_written(minutes(1)));
  EXPECT_EQ(frames_->frame(0).pixels, picture(0, 0));
  EXPECT_EQ(frames_->frame(1).pixels, picture(0, 1));
  EXPECT_TRUE(frames_->frame(1).complete);
  EXPECT_TRUE(frames_->closed());
  const std::vector<FrameRecord> written = writer->take_written();
  ASSERT_EQ(written.size(), 2u);
  EXPECT_EQ(written[1].stage, 1);
  EXPECT_EQ(written[1].image, (partition::Extent{kRows, kCols}));
  EXPECT_TRUE(writer->take_written().empty());
  EXPECT_EQ(writer->failure(), nullptr);
}

TEST_F(OutputWriterTest, ReportsTheSizeAndDigestOfTheFile) {
  const ScratchDirectory directory;
  const std::filesystem::path file = directory.path() / "picture.png";
  storage::write_text(file, "what lies under the final name");
  OutputWriter writer(
      std::make_unique<MemoryFrameWriter>(frames_),
      [&](int item, int stage, int) {
        std::optional<PictureOrder> there = order(item, stage, 0);
        there->path = file;
        return there;
      },
      1 << 20);
  put_picture(writer, 0, 0);
  ASSERT_TRUE(writer.wait_until_written(minutes(1)));
  const std::vector<FrameRecord> written = writer.take_written();
  ASSERT_EQ(written.size(), 1u);
  EXPECT_EQ(written[0].path, file);
  EXPECT_EQ(written[0].file_bytes, 30u);
  EXPECT_EQ(written[0].digest, storage::digest_of_text("what lies under the final name"));
}

TEST_F(OutputWriterTest, LeavesOutPicturesThatAreNotKept) {
  const auto writer = start(1 << 20);
  put_picture(*writer, 0, 7);
  EXPECT_FALSE(writer->picture_open());
  put_picture(*writer, 0, 1);
  ASSERT_TRUE(writer->wait_until_written(minutes(1)));
  EXPECT_EQ(frames_->count(), 1u);
}

TEST_F(OutputWriterTest, DoesNotWaitForASlowWriterWhileTheQueueHasRoom) {
  frames_->shut_gate();
  const auto writer = start(10 * kBandBytes);
  put_picture(*writer, 0, 0);
  put_picture(*writer, 0, 1);  // 8 bands in all
  EXPECT_FALSE(writer->wait_until_written(milliseconds(1)));
  EXPECT_FALSE(writer->wait_for_room(milliseconds(1)));
  frames_->open_gate();
  EXPECT_TRUE(writer->wait_for_room(minutes(1)));
  EXPECT_TRUE(writer->wait_until_written(minutes(1)));
  EXPECT_EQ(frames_->frame(1).pixels, picture(0, 1));
}

TEST_F(OutputWriterTest, WaitsWhenTheQueueIsFull) {
  frames_->shut_gate();
  const auto writer = start(2 * kBandBytes);
  std::atomic<bool> done = false;
  std::thread main([&] {
    put_picture(*writer, 0, 0);
    done = true;
  });
  std::this_thread::sleep_for(milliseconds(20));
  EXPECT_FALSE(done);
  frames_->open_gate();
  main.join();
  ASSERT_TRUE(writer->wait_until_written(minutes(1)));
  EXPECT_EQ(frames_->frame(0).pixels, picture(0, 0));
}

TEST_F(OutputWriterTest, ABandLargerThanTheQueuePassesAlone) {
  const auto writer = start(1);
  put_picture(*writer, 0, 0);
  ASSERT_TRUE(writer->wait_until_written(minutes(1)));
  EXPECT_EQ(frames_->frame(0).pixels, picture(0, 0));
}

TEST_F(OutputWriterTest, KeepsTheFirstErrorAndDropsTheRest) {
  frames_->fail_after_bands = 1;
  const auto writer = start(kBandBytes);
  put_picture(*writer, 0, 0);
  put_picture(*writer, 0, 1);
  ASSERT_TRUE(writer->wait_until_written(minutes(1)));
  ASSERT_NE(writer->failure(), nullptr);
  EXPECT_THROW(std::rethrow_exception(writer->failure()), storage::IoError);
  EXPECT_TRUE(writer->take_written().empty());
  EXPECT_EQ(frames_->count(), 1u);
  writer->finish();
  EXPECT_FALSE(frames_->closed());
}

TEST_F(OutputWriterTest, GivesUpADeliveryToAFileSystemThatHangs) {
  frames_->shut_gate();
  const auto writer = start(2 * kBandBytes, {.delivery = milliseconds(30)});
  put_picture(*writer, 0, 0);  // returns although nothing is written
  EXPECT_NE(failure_of(*writer).find("no/such/file.png: nothing could be written for 0.0 s"),
            std::string::npos)
      << failure_of(*writer);
  EXPECT_TRUE(writer->wait_until_written(minutes(1)));
  EXPECT_TRUE(writer->wait_for_room(minutes(1)));
  frames_->open_gate();
}

TEST_F(OutputWriterTest, GivesUpAFileSystemThatHangsBetweenCommands) {
  frames_->shut_gate();
  const auto writer = start(1 << 20, {.between_commands = milliseconds(250)});
  put_picture(*writer, 0, 0);
  EXPECT_FALSE(writer->wait_until_written(milliseconds(1)));
  EXPECT_EQ(failure_of(*writer), "");
  while (!writer->wait_until_written(milliseconds(20))) continue;
  EXPECT_NE(failure_of(*writer).find("nothing could be written for 0.2 s"), std::string::npos)
      << failure_of(*writer);
  frames_->open_gate();
}

// The bands that waited are written once the file system answers: a slow one is no failure.
TEST_F(OutputWriterTest, OutlastsAFileSystemThatIsSlow) {
  frames_->shut_gate();
  const auto writer = start(1 << 20, {.between_commands = minutes(1)});
  put_picture(*writer, 0, 0);
  for (int look = 0; look < 5; ++look) EXPECT_FALSE(writer->wait_until_written(milliseconds(5)));
  frames_->open_gate();
  ASSERT_TRUE(writer->wait_until_written(minutes(1)));
  EXPECT_EQ(writer->failure(), nullptr);
  EXPECT_EQ(frames_->frame(0).pixels, picture(0, 0));
}

TEST_F(OutputWriterTest, AnOrderThatCannotBeMadeIsAFailureAndNotAnException) {
  OutputWriter writer(
      std::make_unique<MemoryFrameWriter>(frames_),
      [](int, int, int) -> std::optional<PictureOrder> {
        throw storage::CannotCreateError("image.png exists");
      },
      1 << 20);
  put_picture(writer, 0, 0);
  ASSERT_NE(writer.failure(), nullptr);
  EXPECT_THROW(std::rethrow_exception(writer.failure()), storage::CannotCreateError);
  EXPECT_EQ(frames_->count(), 0u);
}

TEST_F(OutputWriterTest, CanBeDroppedWithRowsInTheQueue) {
  frames_->shut_gate();
  auto writer = start(1 << 20);
  put_picture(*writer, 0, 0);
  std::thread opener([&] {
    std::this_thread::sleep_for(milliseconds(10));
    frames_->open_gate();
  });
  writer.reset();
  opener.join();
  EXPECT_FALSE(frames_->frame(0).complete);
}

}  // namespace
}  // namespace tessera::coordinator
