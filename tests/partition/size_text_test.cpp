#include "partition/size_text.h"

#include <gtest/gtest.h>

namespace tessera::partition {
namespace {

TEST(SizeText, NamesRowsBeforeColumns) {
  EXPECT_EQ(size_text({512, 768}), "512x768");
  EXPECT_EQ(size_text({}), "0x0");
}

}  // namespace
}  // namespace tessera::partition
