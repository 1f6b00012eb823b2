#include "configs/shipped_texts.h"

#include <gtest/gtest.h>

namespace tessera::configs {
namespace {

TEST(ShippedTexts, AreTheFilesOfTheFolders) {
  EXPECT_FALSE(preset_texts().empty());
  EXPECT_FALSE(machine_texts().empty());
  for (const NamedText& file : machine_texts()) EXPECT_EQ(file.text[0], '#') << file.name;
}

TEST(ShippedTexts, TheHeadCommentIsOneLine) {
  EXPECT_EQ(head_comment("# A machine\n# of two lines\nkey: 1 # not this\n"),
            "A machine of two lines");
  EXPECT_EQ(head_comment("key: 1\n# later"), "");
}

}  // namespace
}  // namespace tessera::configs
