#include "launch/exit_codes.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <new>
#include <stdexcept>

#include "comm/rank_error.h"
#include "configs/config_error.h"
#include "coordinator/memory_check.h"
#include "coordinator/plan_error.h"
#include "coordinator/resume.h"
#include "launch/startup_failure.h"
#include "launch/usage_error.h"
#include "storage/storage_error.h"
#include "worker/worker.h"

namespace tessera::launch {
namespace {

TEST(ExitCode, IsUsageForWhatTheUserAskedWrongly) {
  EXPECT_EQ(exit_code_of(UsageError("")), 2);
  EXPECT_EQ(exit_code_of(configs::ConfigError("")), 2);
  EXPECT_EQ(exit_code_of(coordinator::PlanError("")), 2);
  EXPECT_EQ(exit_code_of(storage::LockedError("")), 2);
  EXPECT_EQ(exit_code_of(storage::NamePatternError("")), 2);
}

TEST(ExitCode, TellsFilesApart) {
  EXPECT_EQ(exit_code_of(storage::DataError("")), 65);
  EXPECT_EQ(exit_code_of(storage::MissingFileError("")), 66);
  EXPECT_EQ(exit_code_of(storage::CannotCreateError("")), 73);
  EXPECT_EQ(exit_code_of(storage::IoError("")), 74);
  EXPECT_EQ(exit_code_of(std::filesystem::filesystem_error("", std::error_code())), 74);
}

TEST(ExitCode, IsThatOfARefusalToGoOn) {
  EXPECT_EQ(exit_code_of(coordinator::ResumeRefused("")), 76);
}

TEST(ExitCode, TellsTheMachineApart) {
  EXPECT_EQ(exit_code_of(comm::RankError("halo", 1, 2.0, "gone")), 69);
  EXPECT_EQ(exit_code_of(std::bad_alloc()), 71);
  EXPECT_EQ(exit_code_of(coordinator::MemoryError("")), 71);
  EXPECT_EQ(exit_code_of(std::logic_error("")), 70);
}

TEST(ExitCode, IsCarriedByFailuresThatKnowIt) {
  EXPECT_EQ(exit_code_of(StartupFailure(66, "")), 66);
  EXPECT_EQ(exit_code_of(worker::BrokenCollective(71, "")), 71);
}

}  // namespace
}  // namespace tessera::launch
