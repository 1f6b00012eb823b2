#include "launch/command_line.h"

#include <gmock/gmock.h>

#include "configs/job_config_reader.h"
#include "launch/usage_error.h"

namespace tessera::launch {
namespace {

using Command = CommandLine::Command;
using testing::HasSubstr;
using testing::ThrowsMessage;

configs::JobConfig job_of(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), "render");
  return configs::read_job_config(parse_command_line(arguments).options).job;
}

template <typename Matcher>
void expect_usage_error(const std::vector<std::string>& arguments, const Matcher& matcher) {
  EXPECT_THAT([&] { parse_command_line(arguments); }, ThrowsMessage<UsageError>(matcher));
}

TEST(CommandLine, KnowsItsCommands) {
  EXPECT_EQ(parse_command_line({"render"}).command, Command::Render);
  EXPECT_EQ(parse_command_line({"config", "show"}).command, Command::ConfigShow);
  EXPECT_EQ(parse_command_line({"config", "schema", "--markdown"}).form,
            CommandLine::Form::Markdown);
  EXPECT_EQ(parse_command_line({"config", "presets", "--json"}).form, CommandLine::Form::Json);
  EXPECT_EQ(parse_command_line({"config", "validate", "job.yaml"}).config_file, "job.yaml");
  EXPECT_EQ(parse_command_line({"--version", "-v"}).command, Command::Version);
}

TEST(CommandLine, TakesFullShortAndBorrowedSpellings) {
  EXPECT_EQ(job_of({"--cascade-cosine-scale", "1.5"}).cascade.cosine_scale,
            std::vector<double>{1.5});
  EXPECT_EQ(job_of({"--cosine-scale=1.5"}).cascade.cosine_scale, std::vector<double>{1.5});
  for (const char* option :
       {"--steps", "--sampling-steps", "--num-inference-steps", "--ddim-steps"}) {
    EXPECT_EQ(job_of({option, "7"}).sampling.steps, 7) << option;
  }
  EXPECT_EQ(job_of({"--cfg-scale", "3"}).sampling.guidance_scale, 3);
  EXPECT_EQ(job_of({"--savedir", "x"}).output.run_dir, "x");
  EXPECT_EQ(job_of({"--run-dir", "x"}).output.run_dir, "x");
}

TEST(CommandLine, TakesTheShortForms) {
  const configs::JobConfig job =
      job_of({"-m", "model", "-p", "a cat", "-n", "blurry", "-s", "-1", "-i", "x.png", "-t", "2",
              "-b", "3", "-H", "512", "-W", "768"});
  EXPECT_EQ(job.model.path, "model");
  EXPECT_EQ(job.prompts, (std::vector<configs::PromptConfig>{{.text = "a cat"}}));
  EXPECT_EQ(job.negative_prompt, "blurry");
  EXPECT_EQ(job.seed, -1);
  EXPECT_EQ(job.init.image, "x.png");
  EXPECT_EQ(job.distributed.cpu_threads, 2);
  EXPECT_EQ(job.images_per_prompt, 3);
  EXPECT_EQ(job.cascade.resolutions.back(), (partition::Extent{512, 768}));
}

TEST(CommandLine, TakesTextsThatLookLikeOptionsOrYaml) {
  EXPECT_EQ(job_of({"-p", "-50% off: [sale]"}).prompts,
            (std::vector<configs::PromptConfig>{{.text = "-50% off: [sale]"}}));
  EXPECT_EQ(job_of({"-p", "a", "-p", "b"}).prompts,
            (std::vector<configs::PromptConfig>{{.text = "a"}, {.text = "b"}}));
}

TEST(CommandLine, TakesFlagsAloneOrWithTheirValue) {
  EXPECT_TRUE(job_of({"--fast-mode"}).method.fast_mode);
  EXPECT_TRUE(job_of({"--fast-mode", "-p", "x"}).method.fast_mode);
  EXPECT_FALSE(job_of({"--fast-mode", "false"}).method.fast_mode);
  EXPECT_FALSE(job_of({"--fast-mode=false"}).method.fast_mode);
}

TEST(CommandLine, LastOfRepeatedOptionsWins) { EXPECT_EQ(job_of({"-s", "1", "-s", "2"}).seed, 2); }

TEST(CommandLine, TakesSetAndShorthands) {
  EXPECT_EQ(job_of({"--set", "sampling.steps=9", "--set", "seed=4"}).sampling.steps, 9);
  EXPECT_FALSE(job_of({"--set", "negative_prompt=null"}).negative_prompt.has_value());
  EXPECT_EQ(job_of({"--no-metadata"}).output.metadata, configs::JobConfig::Metadata::None);
  EXPECT_EQ(job_of({"--skip-existing"}).output.on_exists, configs::JobConfig::OnExists::Skip);
  expect_usage_error({"render", "--set", "seed"}, HasSubstr("KEY=VALUE"));
}

TEST(CommandLine, TakesGlobalOptionsOnBothSidesOfTheCommand) {
  EXPECT_EQ(parse_command_line({"-v", "render"}).verbosity, 1);
  EXPECT_EQ(parse_command_line({"render", "-vv"}).verbosity, 2);
  EXPECT_EQ(parse_command_line({"render", "-q"}).verbosity, -1);
  EXPECT_EQ(parse_command_line({"render", "--color", "never"}).color, Console::Color::Never);
  EXPECT_EQ(parse_command_line({"render", "-c", "job.yaml"}).config_file, "job.yaml");
}

TEST(CommandLine, TakesASelectionOfItems) {
  const ItemSelection selection =
      parse_command_line({"render", "--items", "1-4:2,9", "--shard", "2/3"}).render.selection;
  EXPECT_EQ(selection.ranges, (std::vector<ItemSelection::Range>{{1, 4, 2}, {9, 9, 1}}));
  EXPECT_EQ(selection.shard, 2);
  EXPECT_EQ(selection.shards, 3);
  expect_usage_error({"render", "--items", "0"}, HasSubstr("--items"));
  expect_usage_error({"render", "--shard", "2"}, HasSubstr("--shard"));
}

TEST(CommandLine, TakesTheOptionsOfRender) {
  const RenderRequest request =
      parse_command_line({"render", "-o", "x.png", "--from", "y.png", "--replay", "r", "--trace",
                          "t", "--trace-layers", "1:3", "--dry-run"})
          .render;
  EXPECT_EQ(request.copy_to, "x.png");
  EXPECT_EQ(request.from_picture, "y.png");
  EXPECT_EQ(request.replay_file, "r");
  EXPECT_EQ(request.trace_file, "t");
  EXPECT_EQ(request.trace_stage, 1);
  EXPECT_EQ(request.trace_step, 3);
  EXPECT_EQ(request.depth, RenderRequest::Depth::PlanOnly);
}

TEST(CommandLine, TakesHowARunIsContinued) {
  using Resume = RenderRequest::Resume;
  EXPECT_EQ(parse_command_line({"render"}).render.resume, Resume::Auto);
  EXPECT_EQ(parse_command_line({"render", "--resume", "auto"}).render.resume, Resume::Auto);
  EXPECT_EQ(parse_command_line({"render", "--resume", "never"}).render.resume, Resume::Never);
  EXPECT_EQ(parse_command_line({"render", "--resume=require"}).render.resume, Resume::Require);
  expect_usage_error({"render", "--resume", "always"}, HasSubstr("--resume"));
  expect_usage_error({"render", "--checkpoint", "x.h5"}, HasSubstr("unknown option"));
}

TEST(CommandLine, TakesTheRunToResume) {
  const CommandLine line =
      parse_command_line({"resume", "runs/a", "--checkpoint", "x.h5", "-o", "y.png",
                          "--checkpoint-every", "5 steps", "--items", "2"});
  EXPECT_EQ(line.command, Command::Render);
  EXPECT_EQ(line.config_file, "runs/a/run.yaml");
  EXPECT_EQ(line.render.resumed_run, "runs/a");
  EXPECT_EQ(line.render.checkpoint_file, "x.h5");
  EXPECT_EQ(line.render.copy_to, "y.png");
  EXPECT_EQ(line.render.selection.ranges, (std::vector<ItemSelection::Range>{{2, 2, 1}}));
  const configs::JobConfig job = configs::read_job_config(line.options).job;
  EXPECT_EQ(job.output.run_dir, "runs/a");
  EXPECT_EQ(job.checkpoint.every.steps, 5);
}

TEST(CommandLine, RefusesToResumeWithoutARunOrByAnotherConfiguration) {
  expect_usage_error({"resume"}, HasSubstr("RUN"));
  expect_usage_error({"resume", "a", "b"}, HasSubstr("unexpected argument \"b\""));
  expect_usage_error({"resume", "a", "-c", "job.yaml"}, HasSubstr("run.yaml of the run"));
  expect_usage_error({"resume", "a", "--trace", "t"}, HasSubstr("unknown option \"--trace\""));
}

TEST(CommandLine, RefusesWhatItDoesNotKnow) {
  expect_usage_error(
      {"render", "--cosin-scale", "1"},
      HasSubstr("unknown option \"--cosin-scale\". Did you mean \"--cosine-scale\"?"));
  expect_usage_error({"rendr"}, HasSubstr("Did you mean \"render\"?"));
  expect_usage_error({"render", "stray"}, HasSubstr("unexpected argument \"stray\""));
  expect_usage_error({}, HasSubstr("no command is given"));
  expect_usage_error({"config"}, HasSubstr("subcommand"));
  expect_usage_error({"config", "validate"}, HasSubstr("FILE"));
  expect_usage_error({"render", "-s"}, HasSubstr("--help"));
  expect_usage_error({"render", "--color", "blue"}, HasSubstr("--color"));
  expect_usage_error({"render", "-H", "tall"}, HasSubstr("--height: \"tall\""));
}

TEST(CommandLine, RefusesTraceLayersThatNameNoStep) {
  for (const char* text : {"1", "1:", ":2", "a:b", "1:-2"}) {
    expect_usage_error({"render", "--trace", "t", "--trace-layers", text}, HasSubstr("STAGE:STEP"));
  }
  expect_usage_error({"render", "--trace-layers", "1:2"}, HasSubstr("needs --trace"));
}

TEST(CommandLine, HelpListsEveryKey) {
  const CommandLine line = parse_command_line({"render", "--help"});
  EXPECT_EQ(line.command, Command::Help);
  EXPECT_THAT(line.help, HasSubstr("--cascade-cosine-scale"));
  EXPECT_THAT(line.help, HasSubstr("-o,--output"));
  EXPECT_THAT(parse_command_line({"--help"}).help, HasSubstr("render"));
}

}  // namespace
}  // namespace tessera::launch
