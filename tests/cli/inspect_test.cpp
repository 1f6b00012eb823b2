#include <gmock/gmock.h>

#include "storage/checkpoint_writer.h"
#include "tests/cli/child_process.h"
#include "tests/storage/sample_checkpoint.h"
#include "tests/storage/temporary_folder.h"

namespace tessera::cli {
namespace {

using testing::HasSubstr;

TEST(InspectCommand, ShowsACheckpointOnceOnManyRanks) {
  const storage::TemporaryFolder folder;
  const std::string file =
      storage::CheckpointWriter(folder.path(), 1).write(storage::sample_checkpoint()).file.string();
  const Ended alone = run_tessera(1, {"inspect", file});
  EXPECT_EQ(alone.exit_code, 0) << alone.err;
  EXPECT_THAT(alone.out, HasSubstr("\n  next_step: 31\n"));
  EXPECT_EQ(run_tessera(3, {"inspect", file}).out, alone.out);
  EXPECT_THAT(run_tessera(1, {"inspect", "--verify", "--json", file}).out,
              HasSubstr("content digest, values"));
}

TEST(InspectCommand, EndsWithTheCodeOfWhatIsWrong) {
  const storage::TemporaryFolder folder;
  EXPECT_EQ(run_tessera(1, {"inspect", (folder / "none").string()}).exit_code, 66);
  EXPECT_EQ(run_tessera(1, {"inspect", folder.put("a.h5", "x").string()}).exit_code, 65);
  EXPECT_EQ(run_tessera(1, {"inspect", folder.put("a.txt", "x").string()}).exit_code, 65);
  EXPECT_EQ(run_tessera(1, {"inspect"}).exit_code, 2);
}

}  // namespace
}  // namespace tessera::cli
