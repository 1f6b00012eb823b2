#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "coordinator/event_log.h"
#include "coordinator/render_observer.h"
#include "coordinator/render_plan.h"

namespace tessera::coordinator {

/// Adds up where the time of a run went and writes report.json at its end: per stage the wall time
/// with the shares of U-Net, autoencoder and communication, per rank the peak memory and the bytes
/// sent per step, and the files.
class RunReport final : public RenderObserver {
 public:
  /// What the commands of one stage took, over all items.
  struct StageTotals {
    int steps = 0;
    double seconds = 0;                     ///< wall time on rank 0
    double unet_seconds = 0;                ///< of the slowest rank, waiting included
    double vae_seconds = 0;                 ///< likewise
    double communication_seconds = 0;       ///< mean over the ranks that worked
    std::vector<std::uint64_t> step_bytes;  ///< by rank, sent in all steps
  };

  /// \param plan    outlives the report.
  /// \param file    replaced at the end of the run.
  /// \param events  whose lost lines are reported; outlives the report, may be null.
  RunReport(const RenderPlan& plan, std::filesystem::path file, const EventLog* events = nullptr);

  void on_item_begin(const worker::ItemTask&) override {}
  void on_stage_begin(const worker::ItemTask&, const worker::StagePlan&) override {}
  void on_command_end(const CommandRecord& record) override;
  void on_frame_written(const FrameRecord&) override {}
  void on_checkpoint(const CheckpointRecord& record) override;
  void on_stop_requested(const StopRequest&) override {}
  void on_failure(const FailureRecord& record) override;
  /// \throws storage::CannotCreateError, storage::IoError.
  void on_finished(const RunSummary& summary) override;

  const std::vector<StageTotals>& stages() const { return stages_; }
  /// By rank, bytes; empty before the first command.
  const std::vector<std::uint64_t>& peak_memory() const { return peak_memory_; }

 private:
  std::string to_json(const RunSummary& summary) const;

  const RenderPlan& plan_;
  std::filesystem::path file_;
  const EventLog* events_;
  std::vector<StageTotals> stages_;
  std::vector<std::uint64_t> peak_memory_;
  double item_seconds_ = 0;  ///< of BeginItem and EndItem
  int checkpoints_ = 0;
  double checkpoint_seconds_ = 0;  ///< of the writing thread
  std::string failure_;
};

}  // namespace tessera::coordinator
