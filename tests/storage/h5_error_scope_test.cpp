#include "storage/h5_error_scope.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "storage/h5_handle.h"

namespace tessera::storage {
namespace {

using testing::HasSubstr;

TEST(H5ErrorScope, KeepsTheReasonAndPrintsNothing) {
  testing::internal::CaptureStderr();
  {
    const H5ErrorScope scope;
    EXPECT_LT(H5Fopen("no/such/file", H5F_ACC_RDONLY, H5P_DEFAULT), 0);
    EXPECT_THAT(H5ErrorScope::reason(), HasSubstr("unable to open file"));
    EXPECT_THAT(H5ErrorScope::reason(), HasSubstr("No such file or directory"));
  }
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
}

TEST(H5ErrorScope, RestoresThePrintingOfErrors) {
  H5E_auto2_t before = nullptr, after = nullptr;
  void* stream = nullptr;
  H5Eget_auto2(H5E_DEFAULT, &before, &stream);
  { const H5ErrorScope scope; }
  H5Eget_auto2(H5E_DEFAULT, &after, &stream);
  EXPECT_EQ(before, after);
  EXPECT_NE(before, nullptr);
}

TEST(H5ErrorScope, SaysSoIfThereIsNoReason) {
  H5Eclear2(H5E_DEFAULT);
  EXPECT_EQ(H5ErrorScope::reason(), "no reason given");
}

}  // namespace
}  // namespace tessera::storage
