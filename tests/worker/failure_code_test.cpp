#include "worker/failure_code.h"

#include <c10/util/Exception.h>
#include <gtest/gtest.h>

#include <new>

#include "comm/rank_error.h"
#include "storage/storage_error.h"

namespace tessera::worker {
namespace {

TEST(FailureCode, FollowsTheTableOfExitCodes) {
  EXPECT_EQ(failure_code(storage::DataError("x")), 65);
  EXPECT_EQ(failure_code(storage::MissingFileError("x")), 66);
  EXPECT_EQ(failure_code(std::bad_alloc()), 71);
  EXPECT_EQ(failure_code(storage::CannotCreateError("x")), 73);
  EXPECT_EQ(failure_code(storage::IoError("x")), 74);
}

TEST(FailureCode, TakesTheLossOfAPeerFor69) {
  EXPECT_EQ(failure_code(comm::RankError("barrier", 2, 20.0, "no answer")), 69);
}

TEST(FailureCode, TakesTorchRunningOutOfMemoryFor71) {
  EXPECT_EQ(failure_code(c10::OutOfMemoryError({"f", "x.cpp", 1}, "out of memory")), 71);
}

TEST(FailureCode, TakesAnythingElseForAnInternalError) {
  EXPECT_EQ(failure_code(std::logic_error("x")), 70);
  EXPECT_EQ(failure_code(c10::Error({"f", "x.cpp", 1}, "shape")), 70);
}

}  // namespace
}  // namespace tessera::worker
