#include "coordinator/command_text.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace tessera::coordinator {
namespace {

TEST(CommandText, EveryKindHasItsOwnName) {
  std::set<std::string> names;
  for (std::uint32_t kind = 0; kind <= static_cast<std::uint32_t>(worker::CommandKind::Stop);
       ++kind) {
    names.insert(name_of(static_cast<worker::CommandKind>(kind)));
  }
  EXPECT_EQ(names.size(), 8u);
  EXPECT_EQ(names.count("unknown command"), 0u);
}

TEST(CommandText, NamesWhatTellsCommandsApart) {
  EXPECT_EQ(describe({worker::CommandKind::Step, 17, 2, 1, 31, 0}),
            "Step (serial 17, item 2, stage 1, step 31)");
}

TEST(CommandText, SurvivesAKindThatDoesNotExist) {
  EXPECT_STREQ(name_of(static_cast<worker::CommandKind>(99)), "unknown command");
}

}  // namespace
}  // namespace tessera::coordinator
