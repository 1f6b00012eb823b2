#include "model/layers/one_thread.h"

#include <ATen/Parallel.h>
#include <gtest/gtest.h>

namespace tessera::model {
namespace {

TEST(OneThread, LastsUntilTheEndOfTheScope) {
  const int before = at::get_num_threads();
  at::set_num_threads(3);
  {
    const OneThread outer;
    EXPECT_EQ(at::get_num_threads(), 1);
    { const OneThread inner; }
    EXPECT_EQ(at::get_num_threads(), 1);
  }
  EXPECT_EQ(at::get_num_threads(), 3);
  at::set_num_threads(before);
}

}  // namespace
}  // namespace tessera::model
