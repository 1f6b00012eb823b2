#include "worker/failure_code.h"

#include <ATen/ATen.h>
#include <c10/util/Exception.h>
#include <gmock/gmock.h>

#include <new>

#include "comm/rank_error.h"
#include "storage/storage_error.h"

namespace tessera::worker {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(FailureCode, FollowsTheTableOfExitCodes) {
  EXPECT_EQ(failure_code(storage::DataError("x")), 65);
  EXPECT_EQ(failure_code(storage::MissingFileError("x")), 66);
  EXPECT_EQ(failure_code(std::bad_alloc()), 71);
  EXPECT_EQ(failure_code(storage::OutOfMemoryError("x")), 71);
  EXPECT_EQ(failure_code(storage::CannotCreateError("x")), 73);
  EXPECT_EQ(failure_code(storage::IoError("x")), 74);
}

TEST(FailureCode, TakesTheLossOfAPeerFor69) {
  EXPECT_EQ(failure_code(comm::RankError("barrier", 2, 20.0, "no answer")), 69);
}

TEST(FailureCode, TakesTorchRunningOutOfMemoryFor71) {
  EXPECT_EQ(failure_code(c10::OutOfMemoryError({"f", "x.cpp", 1}, "out of memory")), 71);
}

TEST(FailureCode, TakesATensorThatFindsNoRoomFor71AndSaysSoWithoutAStack) {
  try {
    at::empty({std::int64_t{1} << 50}, at::kFloat);
    FAIL() << "4 PiB were allocated";
  } catch (const std::exception& error) {
    EXPECT_EQ(failure_code(error), 71) << error.what();
    const std::string text = failure_text(error);
    EXPECT_THAT(text, HasSubstr("out of memory"));
    EXPECT_THAT(text, HasSubstr("tried to allocate"));
    EXPECT_THAT(text, Not(HasSubstr("frame #")));
  }
}

TEST(FailureText, NamesMemoryThatRanOut) {
  EXPECT_THAT(failure_text(std::bad_alloc()), HasSubstr("out of memory"));
}

TEST(FailureText, KeepsTheWordsOfOtherErrorsAndDropsTheStack) {
  EXPECT_EQ(failure_text(storage::IoError("x")), "x");
  EXPECT_EQ(failure_text(c10::Error({"f", "x.cpp", 1}, "shape")), "shape");
}

TEST(FailureCode, TakesAnythingElseForAnInternalError) {
  EXPECT_EQ(failure_code(std::logic_error("x")), 70);
  EXPECT_EQ(failure_code(c10::Error({"f", "x.cpp", 1}, "shape")), 70);
}

}  // namespace
}  // namespace tessera::worker
