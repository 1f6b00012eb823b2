#include "launch/render_run.h"

#include <gmock/gmock.h>

#include <functional>

#include "launch/signal_inbox.h"
#include "launch/startup_failure.h"
#include "tests/launch/tiny_render.h"
#include "tests/storage/temporary_folder.h"

namespace tessera::launch {
namespace {

/// Prepares a render of the golden model, breaks the plan by `spoil` and runs it.
int run_spoiled(const storage::TemporaryFolder& folder,
                const std::function<void(worker::RenderTask&)>& spoil) {
  RankSession session;
  StartupExchange startup(session.world());
  Console console = silent_console();
  PreparedRender render = prepare_render(parse_command_line(tiny_render((folder / "run").string())),
                                         session, startup, console);
  RunOutputs outputs(render, {});
  spoil(render.plan.task);
  const coordinator::RunStart begin;
  SignalInbox inbox;
  StopRequests requests(inbox, {});
  return run_render({render, begin, requests}, &outputs, session, startup, RankLog(), console);
}

TEST(RunRender, FailsAtStartUpWhenTheModelCannotBeLoaded) {
  const storage::TemporaryFolder folder;
  try {
    run_spoiled(folder, [](worker::RenderTask& task) { task.model.directory = "/none"; });
    ADD_FAILURE() << "the model was loaded";
  } catch (const StartupFailure& failure) {
    EXPECT_EQ(failure.exit_code(), 66);
  }
}

TEST(RunRender, EndsWithTheCodeOfAFailingItem) {
  const storage::TemporaryFolder folder;
  EXPECT_EQ(
      run_spoiled(folder, [](worker::RenderTask& task) { task.items[0].init_image = "/none.png"; }),
      66);
}

}  // namespace
}  // namespace tessera::launch
