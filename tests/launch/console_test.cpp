#include "launch/console.h"

#include <gtest/gtest.h>

namespace tessera::launch {
namespace {

using Color = Console::Color;
using Loudness = Console::Loudness;

std::string errors_of(Console& console, void (Console::*member)(const std::string&),
                      const std::string& text) {
  ::testing::internal::CaptureStderr();
  (console.*member)(text);
  return ::testing::internal::GetCapturedStderr();
}

TEST(Console, PutsOneLinePerMessage) {
  Console console(0, Color::Never, Loudness::Normal);
  EXPECT_EQ(errors_of(console, &Console::error, "a\nb\n"), "tessera: error: a b\n");
  EXPECT_EQ(errors_of(console, &Console::note, "x"), "tessera: x\n");
}

TEST(Console, ShowsAWarningOnce) {
  Console console(0, Color::Never, Loudness::Normal);
  EXPECT_EQ(errors_of(console, &Console::warning, "a"), "tessera: warning: a\n");
  EXPECT_EQ(errors_of(console, &Console::warning, "a"), "");
  EXPECT_EQ(errors_of(console, &Console::warning, "b"), "tessera: warning: b\n");
}

TEST(Console, IsSilentOnOtherRanks) {
  Console console(2, Color::Never, Loudness::Normal);
  EXPECT_EQ(errors_of(console, &Console::error, "a"), "");
  EXPECT_EQ(errors_of(console, &Console::warning, "a"), "");
  EXPECT_EQ(errors_of(console, &Console::progress, "a"), "");
  EXPECT_EQ(errors_of(console, &Console::last_words, "a"), "tessera: error: [r2] a\n");
}

TEST(Console, DoesNotRepeatAnErrorAsItsLastWords) {
  Console console(0, Color::Never, Loudness::Normal);
  EXPECT_EQ(errors_of(console, &Console::error, "a"), "tessera: error: a\n");
  EXPECT_EQ(errors_of(console, &Console::last_words, "a"), "");
  EXPECT_EQ(errors_of(console, &Console::last_words, "b"), "tessera: error: b\n");
}

TEST(Console, KeepsErrorsWhenQuiet) {
  Console console(0, Color::Never, Loudness::Quiet);
  EXPECT_EQ(errors_of(console, &Console::warning, "a"), "");
  EXPECT_EQ(errors_of(console, &Console::note, "a"), "");
  EXPECT_EQ(errors_of(console, &Console::error, "a"), "tessera: error: a\n");
}

TEST(Console, ColoursOnlyWhenWanted) {
  Console always(0, Color::Always, Loudness::Normal);
  EXPECT_EQ(errors_of(always, &Console::error, "a"), "tessera: \033[31merror:\033[0m a\n");
  Console automatic(0, Color::Auto, Loudness::Normal);
  EXPECT_EQ(errors_of(automatic, &Console::error, "a").find('\033') == std::string::npos,
            !automatic.on_terminal());
}

}  // namespace
}  // namespace tessera::launch
