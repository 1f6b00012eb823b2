#include "launch/progress_view.h"

#include <algorithm>
#include <cmath>

#include "coordinator/event_json.h"
#include "launch/formatted_text.h"

namespace tessera::launch {
namespace {

using coordinator::CommandRecord;
using Progress = configs::JobConfig::Progress;
using worker::CommandKind;

constexpr double kSecondsBetweenLines = 10;
constexpr int kPercentBetweenLines = 5;
constexpr int kBarWidth = 24;

/// 100 is kept for the end of the run.
int percent_of(const CommandRecord& record) {
  return std::clamp(static_cast<int>(std::floor(record.progress * 100)), 0, 99);
}

std::string eta_text(double seconds) {
  return seconds < 0 ? std::string("?") : formatted("%.0fs", std::ceil(seconds));
}

coordinator::EventJson event_now() {
  return coordinator::EventJson(std::chrono::system_clock::now());
}

}  // namespace

Progress ProgressView::settle(Progress asked, const Console& console) {
  if (asked != Progress::Auto) return asked;
  if (console.quiet()) return Progress::None;
  return console.on_terminal() ? Progress::Bar : Progress::Plain;
}

ProgressView::ProgressView(const coordinator::RenderPlan& plan, Progress form, Console& console)
    : plan_(plan), form_(form), console_(console) {}

void ProgressView::on_item_begin(const worker::ItemTask& item) {
  emit_json(event_now().item_begin(item));
}

void ProgressView::on_stage_begin(const worker::ItemTask& item, const worker::StagePlan& stage) {
  emit_json(event_now().stage_begin(item, stage));
}

void ProgressView::on_command_end(const CommandRecord& record) {
  show_warnings(record);
  if (record.command.kind == CommandKind::Step) step_seconds_ = record.seconds;
  if (form_ == Progress::Plain) show_plain(record);
  if (form_ == Progress::Bar) show_bar(record);
  emit_json(event_now().command_end(record));
}

void ProgressView::on_frame_written(const coordinator::FrameRecord& record) {
  end_bar();
  console_.result(record.path.string());
  emit_json(event_now().frame_written(record));
}

void ProgressView::on_checkpoint(const coordinator::CheckpointRecord& record) {
  if (!record.written()) {
    end_bar();
    console_.warning("a checkpoint could not be written, older ones are as they were: " +
                     record.error);
  }
  emit_json(event_now().checkpoint(record));
}

void ProgressView::on_stop_requested(const coordinator::StopRequest& request) {
  end_bar();
  console_.note("asked to stop (" + request.reason + ")");
  emit_json(event_now().stop_requested(request));
}

void ProgressView::on_failure(const coordinator::FailureRecord& record) {
  end_bar();
  const std::string origin = record.rank > 0 ? "[r" + std::to_string(record.rank) + "] " : "";
  console_.error(origin + record.message);
  emit_json(event_now().failure(record));
}

void ProgressView::on_finished(const coordinator::RunSummary& summary) {
  end_bar();
  if (form_ == Progress::Plain && summary.exit_code == 0) {
    const int stages = static_cast<int>(plan_.task.stages.size());
    const int steps = plan_.task.stages.back().steps;
    console_.progress(
        formatted("PROGRESS 100%% stage %d/%d step %d/%d eta 0s\n", stages, stages, steps, steps));
  }
  emit_json(event_now().finished(summary));
}

/// An outcome without an error may carry a warning. Ranks often tell the same one.
void ProgressView::show_warnings(const CommandRecord& record) {
  std::vector<std::string> seen;
  for (std::size_t rank = 0; rank < record.outcomes.size(); ++rank) {
    const worker::Outcome& outcome = record.outcomes[rank];
    const std::string text(outcome.message_text());
    if (outcome.exit_code != 0 || text.empty()) continue;
    if (std::find(seen.begin(), seen.end(), text) != seen.end()) continue;
    seen.push_back(text);
    end_bar();
    console_.warning((rank > 0 ? "[r" + std::to_string(rank) + "] " : "") + text);
  }
}

std::string ProgressView::position(const CommandRecord& record) const {
  const auto index = static_cast<std::size_t>(record.command.stage);
  const worker::StagePlan& stage = plan_.task.stages[index];
  const bool stepping = record.command.kind == CommandKind::Step;
  const bool ended = record.command.kind == CommandKind::EndStage;
  const int step = stepping ? record.command.step + 1 : ended ? stage.steps : record.command.step;
  std::string text;
  if (plan_.task.items.size() > 1) {
    text = formatted("item %d/%zu ", record.command.item + 1, plan_.task.items.size());
  }
  return text + formatted("stage %zu/%zu step %d/%d", index + 1, plan_.task.stages.size(), step,
                          stage.steps);
}

void ProgressView::show_plain(const CommandRecord& record) {
  const bool on_a_stage =
      record.command.kind != CommandKind::BeginItem && record.command.kind != CommandKind::EndItem;
  if (!on_a_stage) return;
  const int percent = percent_of(record);
  const bool due = shown_percent_ < 0 || percent >= shown_percent_ + kPercentBetweenLines ||
                   record.since_start >= shown_at_ + kSecondsBetweenLines;
  if (!due) return;
  shown_percent_ = std::max(percent, shown_percent_);
  shown_at_ = record.since_start;
  console_.progress(formatted("PROGRESS %d%% ", shown_percent_) + position(record) + " eta " +
                    eta_text(record.eta_seconds) + "\n");
}

void ProgressView::show_bar(const CommandRecord& record) {
  if (record.command.kind != CommandKind::Step && record.command.kind != CommandKind::EndStage) {
    return;
  }
  const auto index = static_cast<std::size_t>(record.command.stage);
  const worker::StagePlan& stage = plan_.task.stages[index];
  const int done =
      record.command.kind == CommandKind::EndStage ? stage.steps : record.command.step + 1;
  const int total = std::max(1, stage.steps - stage.first_step);
  const int filled = std::clamp(kBarWidth * (done - stage.first_step) / total, 0, kBarWidth);
  std::uint64_t memory = 0;
  for (const worker::Outcome& outcome : record.outcomes) {
    memory = std::max(memory, outcome.memory_peak);
  }
  const double rate = step_seconds_ > 0 ? 1 / step_seconds_ : 0;
  console_.progress(
      "\r\033[K[" + std::string(static_cast<std::size_t>(filled), '=') +
      std::string(static_cast<std::size_t>(kBarWidth - filled), ' ') +
      formatted("] %3d%% ", percent_of(record)) + position(record) +
      formatted(" %dx%d %.2f steps/s eta ", stage.image.rows, stage.image.cols, rate) +
      eta_text(record.eta_seconds) + formatted(" %.0f MiB", double(memory) / 1048576));
  bar_open_ = true;
  if (record.command.kind == CommandKind::EndStage) end_bar();
}

void ProgressView::end_bar() {
  if (!bar_open_) return;
  bar_open_ = false;
  console_.progress("\n");
}

void ProgressView::emit_json(const std::string& event) {
  if (form_ == Progress::Json) console_.progress(event + "\n");
}

}  // namespace tessera::launch
