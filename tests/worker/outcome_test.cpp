#include "worker/outcome.h"

#include <gtest/gtest.h>

#include <string>
#include <type_traits>

namespace tessera::worker {
namespace {

static_assert(std::is_trivially_copyable_v<Outcome>, "outcomes travel as bytes");

TEST(Outcome, HoldsNoMessageAtFirst) { EXPECT_EQ(Outcome{}.message_text(), ""); }

TEST(Outcome, ReturnsItsMessage) {
  Outcome outcome;
  outcome.set_message("model.safetensors: truncated");
  EXPECT_EQ(outcome.message_text(), "model.safetensors: truncated");
}

TEST(Outcome, CutsALongMessageAndTerminatesIt) {
  Outcome outcome;
  outcome.set_message(std::string(2000, 'x'));
  EXPECT_EQ(outcome.message_text(), std::string(511, 'x'));
  EXPECT_EQ(outcome.message.back(), '\0');
}

TEST(Outcome, LeavesNothingOfALongerMessage) {
  Outcome outcome;
  outcome.set_message("a long message");
  outcome.set_message("short");
  EXPECT_EQ(outcome.message_text(), "short");
  EXPECT_EQ(outcome.message[10], '\0');
}

TEST(Outcome, KeepsCharactersOfSeveralBytesWhole) {
  Outcome outcome;
  outcome.set_message(std::string(510, 'x') + "\xC3\xA9");  // e acute over the end of the buffer
  EXPECT_EQ(outcome.message_text(), std::string(510, 'x'));
}

}  // namespace
}  // namespace tessera::worker
