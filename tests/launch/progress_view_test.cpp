#include "launch/progress_view.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <functional>

#include "tests/launch/sample_plan.h"

namespace tessera::launch {
namespace {

using Progress = configs::JobConfig::Progress;
using testing::HasSubstr;
using testing::Not;
using worker::CommandKind;

coordinator::CommandRecord step_record(int stage, int step, double progress, double since_start) {
  coordinator::CommandRecord record;
  record.command.kind = CommandKind::Step;
  record.command.stage = stage;
  record.command.step = step;
  record.seconds = 0.5;
  record.progress = progress;
  record.since_start = since_start;
  record.eta_seconds = 11.2;
  return record;
}

std::string shown(Progress form, const std::function<void(ProgressView&)>& events) {
  const coordinator::RenderPlan plan = sample_plan();
  Console console(0, Console::Color::Never, Console::Loudness::Normal);
  ProgressView view(plan, form, console);
  ::testing::internal::CaptureStderr();
  events(view);
  return ::testing::internal::GetCapturedStderr();
}

TEST(PlainProgress, HasALinePerFivePercentOrTenSeconds) {
  const std::string text = shown(Progress::Plain, [](ProgressView& view) {
    view.on_command_end(step_record(0, 0, 0.10, 1));
    view.on_command_end(step_record(0, 1, 0.12, 2));   // neither
    view.on_command_end(step_record(0, 2, 0.15, 3));   // 5 %
    view.on_command_end(step_record(1, 2, 0.16, 14));  // 10 s
  });
  EXPECT_EQ(text,
            "PROGRESS 10% stage 1/2 step 1/4 eta 12s\n"
            "PROGRESS 15% stage 1/2 step 3/4 eta 12s\n"
            "PROGRESS 16% stage 2/2 step 3/4 eta 12s\n");
}

TEST(PlainProgress, EndsWithHundredAndNeverFalls) {
  const std::string text = shown(Progress::Plain, [](ProgressView& view) {
    view.on_command_end(step_record(0, 0, 0.5, 1));
    view.on_command_end(step_record(0, 1, 0.4, 20));
    view.on_command_end(step_record(1, 3, 1.0, 40));
    view.on_finished({});
  });
  EXPECT_THAT(text, HasSubstr("PROGRESS 50% stage 1/2 step 2/4"));
  EXPECT_THAT(text, HasSubstr("PROGRESS 99% "));
  EXPECT_THAT(text, testing::EndsWith("PROGRESS 100% stage 2/2 step 4/4 eta 0s\n"));
  EXPECT_THAT(text, Not(HasSubstr("\r")));
}

TEST(PlainProgress, DoesNotReachHundredAfterAFailure) {
  const std::string text = shown(Progress::Plain, [](ProgressView& view) {
    view.on_failure({2, 65, "bad weights", {}});
    coordinator::RunSummary summary;
    summary.exit_code = 65;
    view.on_finished(summary);
  });
  EXPECT_EQ(text, "tessera: error: [r2] bad weights\n");
}

TEST(BarProgress, IsOneLineThatIsDrawnAnew) {
  const std::string text = shown(Progress::Bar, [](ProgressView& view) {
    view.on_command_end(step_record(0, 0, 0.1, 1));
    view.on_command_end(step_record(0, 1, 0.2, 2));
    view.on_finished({});
  });
  EXPECT_THAT(text, HasSubstr("\r\033[K[======      "));
  EXPECT_THAT(text, HasSubstr("stage 1/2 step 2/4 64x64 2.00 steps/s eta 12s"));
  EXPECT_THAT(text, testing::EndsWith("MiB\n"));
}

TEST(JsonProgress, IsOneObjectPerEvent) {
  const std::string text = shown(Progress::Json, [](ProgressView& view) {
    view.on_command_end(step_record(0, 0, 0.1, 1));
    view.on_finished({});
  });
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 2);
  EXPECT_THAT(text, testing::StartsWith("{"));
}

TEST(ProgressView, ShowsWarningsOfRanksOnce) {
  const std::string text = shown(Progress::None, [](ProgressView& view) {
    std::vector<worker::Outcome> outcomes(3);
    outcomes[1].set_message("the prompt is cut");
    outcomes[2].set_message("the prompt is cut");
    coordinator::CommandRecord record = step_record(0, 0, 0.1, 1);
    record.outcomes = outcomes;
    view.on_command_end(record);
  });
  EXPECT_EQ(text, "tessera: warning: [r1] the prompt is cut\n");
}

TEST(ProgressView, PutsPathsOnTheStandardOutput) {
  ::testing::internal::CaptureStdout();
  shown(Progress::Plain, [](ProgressView& view) {
    coordinator::FrameRecord frame;
    frame.path = "runs/x/images/1.png";
    view.on_frame_written(frame);
  });
  EXPECT_EQ(::testing::internal::GetCapturedStdout(), "runs/x/images/1.png\n");
}

TEST(ProgressView, CountsItemsWhenThereAreSeveral) {
  const coordinator::RenderPlan plan = sample_plan(2);
  Console console(0, Console::Color::Never, Console::Loudness::Normal);
  ProgressView view(plan, Progress::Plain, console);
  ::testing::internal::CaptureStderr();
  view.on_command_end(step_record(0, 0, 0.1, 1));
  EXPECT_THAT(::testing::internal::GetCapturedStderr(), HasSubstr("PROGRESS 10% item 1/2 stage"));
}

TEST(ProgressForm, FollowsTheTerminalAndTheLoudness) {
  const Console quiet(0, Console::Color::Never, Console::Loudness::Quiet);
  EXPECT_EQ(ProgressView::settle(Progress::Auto, quiet), Progress::None);
  EXPECT_EQ(ProgressView::settle(Progress::Json, quiet), Progress::Json);
}

}  // namespace
}  // namespace tessera::launch
