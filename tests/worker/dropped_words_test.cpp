#include "worker/dropped_words.h"

#include <gtest/gtest.h>

namespace tessera::testing {
namespace {

using worker::dropped_words;

TEST(DroppedWords, AreTheWordsOfEachPrompt) {
  EXPECT_EQ(dropped_words("", ""), "");
  EXPECT_EQ(dropped_words("red door", ""),
            "the prompt is longer than 77 tokens; this part is dropped: \"red door\". ");
  const std::string both = dropped_words("red", "blue");
  EXPECT_NE(both.find("the prompt is longer"), std::string::npos);
  EXPECT_NE(both.find("the negative prompt is longer"), std::string::npos);
}

TEST(DroppedWords, AreCutBetweenLetters) {
  std::string words(399, 'x');
  words += "\u00e9 and more";  // its second byte is the first beyond the cut
  const std::string told = dropped_words(words, "");
  EXPECT_TRUE(told.ends_with("x...\". ")) << told;
  EXPECT_LT(dropped_words(words, words).size(), 512U);
}

}  // namespace
}  // namespace tessera::testing
