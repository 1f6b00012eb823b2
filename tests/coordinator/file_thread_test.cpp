#include "coordinator/file_thread.h"

#include <gtest/gtest.h>

#include <atomic>
#include <memory>

namespace tessera::coordinator {
namespace {

using namespace std::chrono_literals;

TEST(FileThread, IsJoinedOnceItsWorkIsDone) {
  std::atomic<bool> done = false;
  {
    const FileThread thread([&] {
      std::this_thread::sleep_for(20ms);
      done = true;
    });
  }
  EXPECT_TRUE(done);
}

TEST(FileThread, IsLeftBehindWhenItsWorkDoesNotEnd) {
  const auto release = std::make_shared<std::promise<void>>();
  const auto ended = std::make_shared<std::promise<void>>();
  const auto begin = std::chrono::steady_clock::now();
  {
    const FileThread thread(
        [release, ended] {
          release->get_future().wait();
          ended->set_value();
        },
        10ms);
  }
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 1min);
  release->set_value();
  EXPECT_EQ(ended->get_future().wait_for(1min), std::future_status::ready)
      << "what the thread owns has to outlive the object";
}

}  // namespace
}  // namespace tessera::coordinator
