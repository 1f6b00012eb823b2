#include "launch/run_folder.h"

#include <gmock/gmock.h>

#include "storage/storage_error.h"

namespace tessera::launch {
namespace {

std::string folder_for(const std::string& pattern) {
  configs::JobConfig job;
  job.name = "castle";
  job.output.run_dir = pattern;
  worker::RenderTask task;
  task.items.resize(2);
  task.items[0].seed = 7;
  task.items[0].prompt = "a cat";
  task.stages.resize(2);
  task.stages[1].image = {64, 128};
  return run_folder(job, task).string();
}

TEST(RunFolder, IsNamedByTheFirstItemAndTheLastStage) {
  EXPECT_EQ(folder_for("runs/{name}"), "runs/castle");
  EXPECT_EQ(folder_for("/r/{prompt_slug}-{seed}-{width}x{height}"), "/r/a-cat-7-128x64");
  EXPECT_EQ(folder_for("{date}"), today());
  EXPECT_THROW(folder_for("{colour}"), storage::NamePatternError);
}

TEST(Today, IsADate) { EXPECT_THAT(today(), testing::MatchesRegex("20..-[01].-[0-3].")); }

}  // namespace
}  // namespace tessera::launch
