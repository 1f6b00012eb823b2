#include "launch/sbatch_options.h"

#include <gmock/gmock.h>

#include "launch/command_line.h"
#include "launch/usage_error.h"

namespace tessera::launch {
namespace {

TEST(SbatchOptions, FillTheRequest) {
  const CommandLine line =
      parse_command_line({"sbatch", "-c", "job.yaml", "--nodes", "3", "--gpus-per-node", "4",
                          "--time", "90", "--form", "srun", "--array", "0-9"});
  EXPECT_EQ(line.command, CommandLine::Command::Sbatch);
  EXPECT_EQ(line.sbatch.config_file, "job.yaml");
  EXPECT_EQ(line.sbatch.nodes, 3);
  EXPECT_EQ(line.sbatch.gpus_per_node, 4);
  EXPECT_EQ(line.sbatch.time, "90");
  EXPECT_EQ(line.sbatch.form, SbatchRequest::Form::Srun);
  EXPECT_EQ(line.sbatch.array, "0-9");
}

TEST(SbatchOptions, RefuseWhatTheyDoNotKnow) {
  EXPECT_THROW(parse_command_line({"sbatch", "--nodes", "0"}), UsageError);
  EXPECT_THROW(parse_command_line({"sbatch", "--form", "ssh"}), UsageError);
  try {
    parse_command_line({"sbatch", "--node", "1"});
    FAIL() << "expected UsageError";
  } catch (const UsageError& error) {
    EXPECT_THAT(error.what(), testing::HasSubstr("Did you mean \"--nodes\"?"));
  }
}

}  // namespace
}  // namespace tessera::launch
