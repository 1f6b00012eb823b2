#include "launch/run_outputs.h"

#include <gmock/gmock.h>

#include "launch/startup_failure.h"
#include "storage/storage_error.h"
#include "storage/text_file.h"
#include "tests/launch/tiny_render.h"
#include "tests/storage/temporary_folder.h"

namespace tessera::launch {
namespace {

PreparedRender prepare(const std::string& run_dir, const std::vector<std::string>& more = {}) {
  RankSession session;
  StartupExchange startup(session.world());
  Console console = silent_console();
  return prepare_render(parse_command_line(tiny_render(run_dir, more)), session, startup, console);
}

TEST(RunOutputs, WriteTheConfigurationWithItsOrigins) {
  const storage::TemporaryFolder folder;
  const PreparedRender render = prepare((folder / "run").string());
  const RunOutputs outputs(render, {});
  const std::string yaml = storage::read_text(folder / "run/run.yaml");
  EXPECT_THAT(yaml, testing::ContainsRegex("steps: 2 +# option --sampling-steps"));
  EXPECT_EQ(outputs.log_directory(), folder / "run/logs");
}

TEST(RunOutputs, KeepOthersOutOfTheRunFolder) {
  const storage::TemporaryFolder folder;
  const PreparedRender render = prepare((folder / "run").string());
  const RunOutputs outputs(render, {});
  EXPECT_THROW(RunOutputs(render, {}), storage::LockedError);
}

TEST(RunOutputs, RefuseACopyThatExistsOrHasNoFolder) {
  const storage::TemporaryFolder folder;
  const PreparedRender render = prepare((folder / "run").string());
  RenderRequest request;
  request.copy_to = folder.put("x.png", "old").string();
  EXPECT_THROW(RunOutputs(render, request), storage::CannotCreateError);
  request.copy_to = (folder / "none/x.png").string();
  EXPECT_THROW(RunOutputs(render, request), storage::CannotCreateError);
  request.copy_to = (folder / "x.jpg").string();
  EXPECT_THROW(RunOutputs(render, request), storage::CannotCreateError);
}

TEST(RunOutputs, RefuseAPictureThatExists) {
  const storage::TemporaryFolder folder;
  folder.put("run/images/00000_123_128x128.png", "old");
  const PreparedRender render = prepare((folder / "run").string());
  EXPECT_THROW(RunOutputs(render, {}), storage::CannotCreateError);
  const PreparedRender over =
      prepare((folder / "run").string(), {"--output-on-exists", "overwrite"});
  EXPECT_NO_THROW(RunOutputs(over, {}));
}

}  // namespace
}  // namespace tessera::launch
