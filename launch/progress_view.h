#pragma once

#include <chrono>
#include <string>

#include "configs/job_config.h"
#include "coordinator/render_observer.h"
#include "coordinator/render_plan.h"
#include "launch/console.h"

namespace tessera::launch {

/// Shows a render on the console of rank 0: how far it is, warnings of all ranks, failures.
///
/// Bar: one bar per stage, for a terminal. Plain: a line per 10 s or 5 %, without carriage returns,
/// monotone to 100. Json: the event records on the standard error. Paths of finished pictures go to
/// the standard output in every form.
class ProgressView final : public coordinator::RenderObserver {
 public:
  /// The form for `progress: auto`: bar on a terminal, else plain; none when quiet.
  static configs::JobConfig::Progress settle(configs::JobConfig::Progress asked,
                                             const Console& console);

  /// \param form  not Auto. `plan` and `console` outlive the view.
  ProgressView(const coordinator::RenderPlan& plan, configs::JobConfig::Progress form,
               Console& console);

  void on_item_begin(const worker::ItemTask& item) override;
  void on_stage_begin(const worker::ItemTask& item, const worker::StagePlan& stage) override;
  void on_command_end(const coordinator::CommandRecord& record) override;
  void on_frame_written(const coordinator::FrameRecord& record) override;
  void on_checkpoint(const coordinator::CheckpointRecord& record) override;
  void on_stop_requested(const coordinator::StopRequest& request) override;
  void on_failure(const coordinator::FailureRecord& record) override;
  void on_finished(const coordinator::RunSummary& summary) override;

 private:
  void show_warnings(const coordinator::CommandRecord& record);
  std::string position(const coordinator::CommandRecord& record) const;
  void show_plain(const coordinator::CommandRecord& record);
  void show_bar(const coordinator::CommandRecord& record);
  void end_bar();
  void emit_json(const std::string& event);

  const coordinator::RenderPlan& plan_;
  configs::JobConfig::Progress form_;
  Console& console_;
  int shown_percent_ = -1;
  double shown_at_ = 0;  ///< seconds since the start of the run
  double step_seconds_ = 0;
  bool bar_open_ = false;
};

}  // namespace tessera::launch
