#include "launch/run_options.h"

#include <gtest/gtest.h>

#include "launch/command_line.h"
#include "launch/usage_error.h"

namespace tessera::launch {
namespace {

TEST(RunOptions, AreThoseOfRenderAndOfResume) {
  for (std::vector<std::string> arguments :
       {std::vector<std::string>{"render"}, {"resume", "run"}}) {
    arguments.insert(arguments.end(), {"-o", "x.png", "--replay", "r", "--items", "2-3"});
    const RenderRequest request = parse_command_line(arguments).render;
    EXPECT_EQ(request.copy_to, "x.png");
    EXPECT_EQ(request.replay_file, "r");
    EXPECT_FALSE(request.selection.takes_all());
  }
}

TEST(RunOptions, RefuseItemsAndShardsThatAreNone) {
  EXPECT_THROW(parse_command_line({"render", "--items", "0"}), UsageError);
  EXPECT_THROW(parse_command_line({"render", "--shard", "3/2"}), UsageError);
}

}  // namespace
}  // namespace tessera::launch
