#include "launch/sbatch_script.h"

#include <gmock/gmock.h>

#include "launch/child_output.h"
#include "launch/usage_error.h"
#include "storage/storage_error.h"
#include "tests/storage/temporary_folder.h"

namespace tessera::launch {
namespace {

using storage::TemporaryFolder;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using Form = SbatchRequest::Form;

SbatchRequest request_for(const TemporaryFolder& folder, const std::string& name = "job.yaml") {
  SbatchRequest request;
  request.config_file = folder.put(name, "prompt: a cat\n").string();
  return request;
}

TEST(SbatchScript, IsTheTemplateWithItsConfiguration) {
  const TemporaryFolder folder;
  const std::string script = sbatch_script(request_for(folder, "light house.yaml"));
  EXPECT_THAT(script,
              AllOf(HasSubstr("#!/bin/bash\n#SBATCH --job-name=light-house\n"),
                    HasSubstr("config='" + (folder / "light house.yaml").string() + "'\n"),
                    HasSubstr("#SBATCH --nodes=2\n"), HasSubstr("mpirun --bind-to none"),
                    HasSubstr("--signal=B:USR1@300\n"), HasSubstr("MAX_RESTARTS:-20"),
                    HasSubstr("oob_tcp_keepalive_time=5"), Not(HasSubstr("#SBATCH --array"))));
}

TEST(SbatchScript, TakesItsNumbers) {
  const TemporaryFolder folder;
  SbatchRequest request = request_for(folder);
  request.form = Form::Srun;
  request.nodes = 3;
  request.gpus_per_node = 4;
  request.time = "1-00:00:00";
  request.array = "0-99%4";
  EXPECT_THAT(sbatch_script(request),
              AllOf(HasSubstr("#SBATCH --nodes=3\n#SBATCH --ntasks-per-node=4\n"
                              "#SBATCH --gpus-per-node=4\n"),
                    HasSubstr("#SBATCH --time=1-00:00:00\n"),
                    HasSubstr("#SBATCH --output=%x-%A_%a.out\n#SBATCH --array=0-99%4\n"),
                    HasSubstr("srun --mpi=pmix"), HasSubstr("--signal=USR1@300\n")));
}

TEST(SbatchScript, AsksForNoGpusOnNodesWithoutThem) {
  const TemporaryFolder folder;
  SbatchRequest request = request_for(folder);
  request.gpus_per_node = 0;
  EXPECT_THAT(sbatch_script(request),
              AllOf(HasSubstr("#SBATCH --ntasks-per-node=1\n"), Not(HasSubstr("gpus-per-node"))));
}

TEST(SbatchScript, IsAScriptThatBashReads) {
  const TemporaryFolder folder;
  for (const Form form : {Form::Mpirun, Form::Srun}) {
    SbatchRequest request = request_for(folder, "it's.yaml");
    request.form = form;
    const std::string script = folder.put("script", sbatch_script(request)).string();
    const ChildOutput output = run_for_output({"bash", "-n", script}, std::chrono::seconds(10));
    EXPECT_EQ(output.exit_code, 0) << output.text;
  }
}

TEST(SbatchScript, RefusesWhatSbatchWould) {
  const TemporaryFolder folder;
  for (const char* time : {"soon", "4h", "1:99:00", "-5", "1-2-3"}) {
    SbatchRequest request = request_for(folder);
    request.time = time;
    EXPECT_THROW(sbatch_script(request), UsageError) << time;
  }
  for (const char* array : {"a", "1-", "0-9%0", "1,,2", "0-9 ", "0-9;x"}) {
    SbatchRequest request = request_for(folder);
    request.array = array;
    EXPECT_THROW(sbatch_script(request), UsageError) << array;
  }
  for (const char* time : {"90", "04:00:00", "30:00", "2-12", "2-12:30:00", "UNLIMITED"}) {
    SbatchRequest request = request_for(folder);
    request.time = time;
    EXPECT_NO_THROW(sbatch_script(request)) << time;
  }
}

TEST(SbatchScript, NeedsAConfigurationThatIsHere) {
  EXPECT_THROW(sbatch_script({}), UsageError);
  SbatchRequest request;
  request.config_file = "no/such/job.yaml";
  EXPECT_THROW(sbatch_script(request), storage::MissingFileError);
}

}  // namespace
}  // namespace tessera::launch
