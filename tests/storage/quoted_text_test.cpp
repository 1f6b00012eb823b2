#include "storage/quoted_text.h"

#include <gtest/gtest.h>

namespace tessera::storage {
namespace {

TEST(QuotedText, ShowsPlainTextAsItIs) {
  EXPECT_EQ(quoted_text("posix system"), "\"posix system\"");
}

TEST(QuotedText, NothingCanEscapeTheQuotesOrMoveTheCursor) {
  EXPECT_EQ(quoted_text("a\"b\\\n\x1b[2J\xff"), "\"a\\x22b\\x5c\\x0a\\x1b[2J\\xff\"");
}

TEST(QuotedText, CutsWhatIsLong) {
  EXPECT_EQ(quoted_text(std::string(201, 'x')), "\"" + std::string(200, 'x') + "\"...");
  EXPECT_EQ(quoted_text(std::string(200, 'x')), "\"" + std::string(200, 'x') + "\"");
}

}  // namespace
}  // namespace tessera::storage
