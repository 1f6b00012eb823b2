#include "storage/av_handle.h"

#include <gtest/gtest.h>

namespace tessera::storage {
namespace {

TEST(AvHandle, APathIsNoProtocol) { EXPECT_EQ(av_url("http://a/b.mp4"), "file:http://a/b.mp4"); }

TEST(AvHandle, TellsWhatFfmpegSays) { EXPECT_EQ(av_text(-28), "No space left on device"); }

TEST(AvHandle, NoHandleIsNoMemory) { EXPECT_THROW(av_allocated(AvFrame()), std::bad_alloc); }

}  // namespace
}  // namespace tessera::storage
