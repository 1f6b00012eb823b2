#include "launch/commands/doctor.h"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "tests/storage/temporary_folder.h"

namespace tessera::launch {
namespace {

/// What it prints; the exit code goes to `exit_code`.
std::string examined(std::vector<std::string> arguments, int& exit_code) {
  arguments.insert(arguments.begin(), "doctor");
  RankSession session;
  Console console(0, Console::Color::Never, Console::Loudness::Quiet);
  ::testing::internal::CaptureStdout();
  exit_code = doctor(parse_command_line(arguments), session, console);
  const std::string text = ::testing::internal::GetCapturedStdout();
  session.close();
  return text;
}

TEST(Doctor, FindsNothingWrongWhereAFolderCanBeWritten) {
  const storage::TemporaryFolder folder;
  int exit_code = -1;
  const std::string text = examined({"--run-dir", folder.path().string()}, exit_code);
  EXPECT_EQ(exit_code, 0) << text;
  EXPECT_THAT(text, ::testing::HasSubstr("ok    tessera "));
  EXPECT_THAT(text, ::testing::HasSubstr("skip  links: one rank"));
}

TEST(Doctor, EndsWith69WhereARenderWouldFail) {
  const storage::TemporaryFolder folder;
  int exit_code = -1;
  const auto found = nlohmann::json::parse(
      examined({"--json", "--run-dir", folder.put("file", "x").string()}, exit_code));
  EXPECT_EQ(exit_code, 69);
  EXPECT_TRUE(std::any_of(found.begin(), found.end(),
                          [](const auto& finding) { return finding["level"] == "fail"; }));
}

}  // namespace
}  // namespace tessera::launch
