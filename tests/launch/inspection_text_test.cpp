#include "launch/inspection_text.h"

#include <gtest/gtest.h>

#include <stdexcept>

namespace tessera::launch {
namespace {

TEST(InspectionText, WritesMembersAsIndentedLines) {
  EXPECT_EQ(inspection_text(R"({"kind":"run","progress":{"item":3,"seed":18446744073709551615},)"
                            R"("shape":[1,4,8,8]})"),
            "kind: run\nprogress:\n  item: 3\n  seed: 18446744073709551615\nshape: [1,4,8,8]");
}

TEST(InspectionText, WritesOneElementOfAListPerLine) {
  EXPECT_EQ(inspection_text(R"({"files":[{"file":"a","bytes":1},{"file":"b","bytes":2}]})"),
            "files:\n  file a, bytes 1\n  file b, bytes 2");
}

TEST(InspectionText, LeavesOutWhatSaysNothing) {
  EXPECT_EQ(inspection_text(R"({"a":null,"b":"","c":[],"d":{},"e":0,"f":false})"),
            "e: 0\nf: false");
}

TEST(InspectionText, KeepsTheLinesOfATextTogether) {
  EXPECT_EQ(inspection_text(R"({"text":"one\ntwo"})"), "text: one\n  two");
}

TEST(InspectionText, RefusesWhatIsNoObject) {
  EXPECT_THROW(inspection_text("[1]"), std::invalid_argument);
  EXPECT_THROW(inspection_text("{"), std::invalid_argument);
}

}  // namespace
}  // namespace tessera::launch
