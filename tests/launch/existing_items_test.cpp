#include "launch/existing_items.h"

#include <gmock/gmock.h>

#include "storage/text_file.h"
#include "tests/launch/tiny_render.h"
#include "tests/storage/temporary_folder.h"

namespace tessera::launch {
namespace {

using worker::ItemWork;

class LeaveCompleteItems : public testing::Test {
 protected:
  /// How many of two items are left to render, with these pictures there.
  int left_with(const std::vector<std::string>& pictures, const std::string& on_exists) {
    for (const std::string& picture : pictures) folder_.put("run/images/" + picture, "old");
    RankSession session;
    StartupExchange startup(session.world());
    Console console = silent_console();
    const auto arguments =
        tiny_render((folder_ / "run").string(), {"-b", "2", "--output-on-exists", on_exists});
    render_ = prepare_render(parse_command_line(arguments), session, startup, console);
    const RunOutputs outputs(render_, {});
    return leave_complete_items(&outputs, render_, startup, RankLog(), console);
  }
  ItemWork work(std::size_t item) const { return render_.plan.task.items.at(item).work; }

  storage::TemporaryFolder folder_;
  PreparedRender render_;
};

TEST_F(LeaveCompleteItems, LeavesNoneInANewFolder) {
  EXPECT_EQ(left_with({}, "skip"), 2);
  EXPECT_EQ(work(0), ItemWork::Render);
}

TEST_F(LeaveCompleteItems, LeavesTheItemWhosePicturesAreAllThere) {
  EXPECT_EQ(
      left_with({"00000_123_64x64.png", "00001_124_64x64.png", "00001_124_128x128.png"}, "skip"),
      1);
  EXPECT_EQ(work(0), ItemWork::Render);
  EXPECT_EQ(work(1), ItemWork::Leave);
}

TEST_F(LeaveCompleteItems, LeavesNoneThatMayBeReplaced) {
  EXPECT_EQ(left_with({"00000_123_64x64.png", "00000_123_128x128.png"}, "overwrite"), 2);
}

}  // namespace
}  // namespace tessera::launch
