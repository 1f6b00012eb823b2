#pragma once

#include "coordinator/render_observer.h"
#include "coordinator/run_manifest.h"
#include "storage/run_directory.h"

namespace tessera::coordinator {

/// Keeps manifest.json of a run directory up to date: replaced whenever a picture is complete and
/// at the end of a start.
class ManifestLog final : public RenderObserver {
 public:
  /// Writes the file. \param run  outlives the log. \throws storage::CannotCreateError, IoError.
  ManifestLog(RunManifest manifest, const storage::RunDirectory& run);

  const RunManifest& manifest() const { return manifest_; }

  void on_item_begin(const worker::ItemTask&) override {}
  void on_stage_begin(const worker::ItemTask&, const worker::StagePlan&) override {}
  void on_command_end(const CommandRecord& record) override;
  void on_frame_written(const FrameRecord& record) override;
  void on_checkpoint(const CheckpointRecord&) override {}
  void on_stop_requested(const StopRequest&) override {}
  void on_failure(const FailureRecord&) override {}
  void on_finished(const RunSummary& summary) override;

 private:
  void write() const;

  RunManifest manifest_;
  const storage::RunDirectory& run_;
};

}  // namespace tessera::coordinator
