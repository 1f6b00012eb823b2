#include "storage/run_lock.h"

#include <sys/wait.h>
#include <unistd.h>

#include <array>

#include "storage/storage_error.h"
#include "storage/text_file.h"
#include "tests/storage/expect_error.h"
#include "tests/storage/temporary_folder.h"

namespace tessera::storage {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;

std::string host() {
  std::array<char, 256> name = {};
  ::gethostname(name.data(), name.size() - 1);
  return name.data();
}

std::string lock_text(const std::string& host_name, int pid, const std::string& start) {
  return R"({"host":")" + host_name + R"(","pid":)" + std::to_string(pid) + R"(,"start":")" +
         start + R"(","job":"7","time":"2025-01-02T03:04:05Z"})";
}

/// Starts a process that takes the lock and ends without its destructor, as if killed. Its exit
/// status is 0 if it had the lock.
pid_t start_dying_holder(const fs::path& file) {
  const pid_t child = ::fork();
  if (child != 0) return child;
  try {
    const RunLock lock = RunLock::acquire(file, "");
    ::_exit(0);
  } catch (...) {
    ::_exit(1);
  }
}

TEST(RunLock, TheFileLivesAsLongAsTheLock) {
  const TemporaryFolder folder;
  {
    RunLock lock = RunLock::acquire(folder / "LOCK", "42");
    const RunLock moved = std::move(lock);
    EXPECT_EQ(moved.taken_from(), "");
    EXPECT_THAT(
        read_text(folder / "LOCK"),
        AllOf(HasSubstr(host()), HasSubstr(std::to_string(::getpid())), HasSubstr("\"42\"")));
  }
  EXPECT_FALSE(fs::exists(folder / "LOCK"));
}

TEST(RunLock, LeavesTheFileOfAHolderThatCameAfterItsOwnWasDeleted) {
  const TemporaryFolder folder;
  {
    const RunLock first = RunLock::acquire(folder / "LOCK", "42");
    fs::remove(folder / "LOCK");
    folder.put("LOCK", "of another holder");
  }
  EXPECT_EQ(read_text(folder / "LOCK"), "of another holder");
}

TEST(RunLock, ASecondHolderIsRefusedWithTheFirst) {
  const TemporaryFolder folder;
  const RunLock lock = RunLock::acquire(folder / "LOCK", "42");
  EXPECT_THAT(message_of<LockedError>([&] { RunLock::acquire(folder / "LOCK", ""); }),
              AllOf(HasSubstr("process " + std::to_string(::getpid()) + " on " + host()),
                    HasSubstr("job 42"), HasSubstr("--run-dir")));
  EXPECT_TRUE(fs::exists(folder / "LOCK"));
}

TEST(RunLock, AnotherProcessIsRefusedWhileTheHolderLives) {
  const TemporaryFolder folder;
  const RunLock lock = RunLock::acquire(folder / "LOCK", "");
  const pid_t child = ::fork();
  if (child == 0) {
    int code = 1;
    try {
      RunLock::acquire(folder / "LOCK", "");
    } catch (const LockedError&) {
      code = 0;
    } catch (...) {
      code = 2;
    }
    ::_exit(code);
  }
  int status = -1;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 0);
}

TEST(RunLock, TheLockOfAKilledProcessIsTakenOver) {
  const TemporaryFolder folder;
  const pid_t child = start_dying_holder(folder / "LOCK");
  int status = -1;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  ASSERT_EQ(WEXITSTATUS(status), 0);
  ASSERT_TRUE(fs::exists(folder / "LOCK"));
  const RunLock lock = RunLock::acquire(folder / "LOCK", "");
  EXPECT_THAT(lock.taken_from(), HasSubstr("process " + std::to_string(child) + " on " + host()));
}

TEST(RunLock, TheLockOfAProcessThatNobodyWaitedForIsTakenOver) {
  const TemporaryFolder folder;
  const pid_t child = start_dying_holder(folder / "LOCK");
  siginfo_t ended = {};
  ASSERT_EQ(::waitid(P_PID, static_cast<id_t>(child), &ended, WEXITED | WNOWAIT), 0);
  ASSERT_EQ(ended.si_status, 0);
  EXPECT_NE(RunLock::acquire(folder / "LOCK", "").taken_from(), "");
  EXPECT_EQ(::waitpid(child, nullptr, 0), child);
}

TEST(RunLock, ALaterProcessWithTheSameNumberIsNotTheHolder) {
  const TemporaryFolder folder;
  folder.put("LOCK", lock_text(host(), ::getpid(), "1"));
  EXPECT_NE(RunLock::acquire(folder / "LOCK", "").taken_from(), "");
}

TEST(RunLock, TheLockOfAnotherHostIsRespected) {
  const TemporaryFolder folder;
  folder.put("LOCK", lock_text("no-such-host", 1, "1"));
  EXPECT_THAT(message_of<LockedError>([&] { RunLock::acquire(folder / "LOCK", ""); }),
              AllOf(HasSubstr("process 1 on no-such-host since 2025-01-02T03:04:05Z, job 7"),
                    HasSubstr("delete the file")));
  EXPECT_TRUE(fs::exists(folder / "LOCK"));
}

TEST(RunLock, TheLockOfAnotherHostIsTakenOverWhenItsJobHasEnded) {
  const TemporaryFolder folder;
  folder.put("LOCK", lock_text("no-such-host", 1, "1"));
  const auto running = [](const std::string&) { return false; };
  EXPECT_THROW(RunLock::acquire(folder / "LOCK", "8", running), LockedError);
  std::string asked;
  const auto ended = [&](const std::string& job) {
    asked = job;
    return true;
  };
  EXPECT_THAT(RunLock::acquire(folder / "LOCK", "8", ended).taken_from(), HasSubstr("job "));
  EXPECT_EQ(asked, "7");
}

TEST(RunLock, NobodyIsAskedAboutTheJobOfAHolderThatCanBeSeen) {
  const TemporaryFolder folder;
  const RunLock lock = RunLock::acquire(folder / "LOCK", "7");
  const auto ended = [](const std::string&) {
    ADD_FAILURE() << "asked";
    return true;
  };
  EXPECT_THROW(RunLock::acquire(folder / "LOCK", "8", ended), LockedError);
}

TEST(RunLock, AHalfWrittenLockIsNobodys) {
  const TemporaryFolder folder;
  for (const char* text : {"", "{", "[]", R"({"host":1})"}) {
    folder.put("LOCK", text);
    EXPECT_NO_THROW(RunLock::acquire(folder / "LOCK", "")) << text;
  }
}

TEST(RunLock, AFolderThatIsNotThereCannotBeLocked) {
  const TemporaryFolder folder;
  EXPECT_THROW(RunLock::acquire(folder / "no/LOCK", ""), CannotCreateError);
}

TEST(RunLock, TellsWhoHoldsItWithoutTakingIt) {
  const TemporaryFolder folder;
  EXPECT_EQ(lock_holder(folder / "LOCK"), std::nullopt);
  {
    const RunLock lock = RunLock::acquire(folder / "LOCK", "42");
    EXPECT_THAT(lock_holder(folder / "LOCK").value_or(""),
                AllOf(HasSubstr("process " + std::to_string(::getpid()) + " on " + host()),
                      HasSubstr("job 42")));
  }
  folder.put("LOCK", lock_text(host(), ::getpid(), "1"));  // an earlier process of that number
  EXPECT_EQ(lock_holder(folder / "LOCK"), std::nullopt);
  folder.put("LOCK", lock_text("elsewhere", 1, "1"));
  EXPECT_THAT(lock_holder(folder / "LOCK").value_or(""), HasSubstr("process 1 on elsewhere"));
}

}  // namespace
}  // namespace tessera::storage
