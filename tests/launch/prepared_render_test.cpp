#include "launch/prepared_render.h"

#include <gmock/gmock.h>

#include <filesystem>

#include "launch/startup_failure.h"
#include "tests/launch/tiny_render.h"

namespace tessera::launch {
namespace {

using testing::HasSubstr;

PreparedRender prepare(const std::vector<std::string>& more) {
  RankSession session;
  StartupExchange startup(session.world());
  Console console = silent_console();
  return prepare_render(parse_command_line(tiny_render("unused", more)), session, startup, console);
}

void expect_failure(const std::vector<std::string>& more, int exit_code, const std::string& text) {
  try {
    prepare(more);
    ADD_FAILURE() << "expected: " << text;
  } catch (const StartupFailure& failure) {
    EXPECT_EQ(failure.exit_code(), exit_code);
    EXPECT_THAT(failure.what(), HasSubstr(text));
  }
}

TEST(PrepareRender, PlansTheStagesOfTheJob) {
  const PreparedRender render = prepare({});
  ASSERT_EQ(render.plan.task.stages.size(), 2u);
  EXPECT_EQ(render.plan.task.stages[1].image, (partition::Extent{128, 128}));
  EXPECT_EQ(render.plan.task.cpu_threads, 1);
  EXPECT_TRUE(std::filesystem::path(render.plan.task.model.directory).is_absolute());
  EXPECT_EQ(render.config.job.seed, 123);
}

TEST(PrepareRender, TakesStudySwitches) {
  const PreparedRender render = prepare({"--trace", "t.safetensors", "--trace-layers", "1:1"});
  EXPECT_EQ(render.plan.task.study.trace_file, "t.safetensors");
  EXPECT_EQ(render.plan.task.study.layers_stage, 1);
  expect_failure({"--trace", "t", "--trace-layers", "5:0"}, 2, "Stages are 0 to 1");
  expect_failure({"--trace", "t", "--trace-layers", "0:9"}, 2, "The stage runs steps 0 to 1");
  expect_failure({"--replay", "none.safetensors"}, 66, "--replay");
  expect_failure({"--trace", "/none/t"}, 73, "--trace");
  expect_failure({"--trace", "/"}, 73, "is a folder");
}

TEST(PrepareRender, CollectsWarningsOfConfigurationAndPlan) {
  EXPECT_THAT(prepare({"--resolutions", "128,64"}).warnings,
              testing::Contains(HasSubstr("smaller than the stage before it")));
}

TEST(PrepareRender, NamesWhatIsMissing) {
  expect_failure({"-m", "no/such/model"}, 66, "no/such/model");
  expect_failure({"--vae-path", "no/such/vae"}, 66, "model.vae_path");
  expect_failure({"--resolutions", "64,100"}, 2, "multiples of 64");
}

}  // namespace
}  // namespace tessera::launch
