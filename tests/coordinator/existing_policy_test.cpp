#include "coordinator/existing_policy.h"

#include <gtest/gtest.h>

namespace tessera::coordinator {
namespace {

TEST(ExistingPolicy, KeepsEveryMeaning) {
  using OnExists = configs::JobConfig::OnExists;
  EXPECT_EQ(existing_policy(OnExists::Error), storage::OnExists::Error);
  EXPECT_EQ(existing_policy(OnExists::Skip), storage::OnExists::Skip);
  EXPECT_EQ(existing_policy(OnExists::Overwrite), storage::OnExists::Overwrite);
  EXPECT_EQ(existing_policy(OnExists::Suffix), storage::OnExists::Suffix);
}

}  // namespace
}  // namespace tessera::coordinator
