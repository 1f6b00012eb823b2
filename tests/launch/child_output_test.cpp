#include "launch/child_output.h"

#include <gtest/gtest.h>

#include "launch/signal_inbox.h"

namespace tessera::launch {
namespace {

using namespace std::chrono_literals;
using End = ChildOutput::End;

TEST(ChildOutput, HasBothStreamsAndTheCode) {
  const ChildOutput output = run_for_output({"sh", "-c", "echo one; echo two >&2; exit 3"}, 10s);
  EXPECT_EQ(output.end, End::Exited);
  EXPECT_EQ(output.exit_code, 3);
  EXPECT_EQ(output.text, "one\ntwo\n");
}

TEST(ChildOutput, TakesWordsWithoutAShell) {
  EXPECT_EQ(run_for_output({"printf", "%s|", "a b", "$HOME", ""}, 10s).text, "a b|$HOME||");
}

TEST(ChildOutput, IsWholeWhenLong) {
  EXPECT_EQ(run_for_output({"head", "-c", "300000", "/dev/zero"}, 10s).text.size(), 300'000u);
}

TEST(ChildOutput, TellsAMissingProgram) {
  EXPECT_EQ(run_for_output({"no-such-program-here"}, 10s).end, End::NotFound);
}

TEST(ChildOutput, EndsAProgramThatHangs) {
  const auto begin = std::chrono::steady_clock::now();
  const ChildOutput output = run_for_output({"sleep", "60"}, 200ms);
  EXPECT_EQ(output.end, End::TimedOut);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 30s);
}

TEST(ChildOutput, GivesTheProgramNoInputAndPlainSignals) {
  const SignalInbox inbox;  // ignores PIPE
  EXPECT_EQ(run_for_output({"cat"}, 10s).text, "");
  EXPECT_EQ(run_for_output({"sh", "-c", "kill -PIPE $$; echo alive"}, 10s).exit_code, 128 + 13);
}

}  // namespace
}  // namespace tessera::launch
