#pragma once

#include <filesystem>
#include <fstream>

#include "coordinator/render_observer.h"

namespace tessera::coordinator {

/// Appends the event stream of a run to events.jsonl and one object per denoising step to
/// metrics.jsonl, flushed line by line, so that other programs can follow a run.
class EventLog final : public RenderObserver {
 public:
  /// \param directory  of the run; exists. \throws storage::CannotCreateError.
  explicit EventLog(const std::filesystem::path& directory);

  /// Before everything else of a start. \param checkpoint  that it goes on from, or empty.
  void begin_run(int ranks, const std::filesystem::path& checkpoint);

  void on_item_begin(const worker::ItemTask& item) override;
  void on_stage_begin(const worker::ItemTask& item, const worker::StagePlan& stage) override;
  void on_command_end(const CommandRecord& record) override;
  void on_frame_written(const FrameRecord& record) override;
  void on_checkpoint(const CheckpointRecord& record) override;
  void on_failure(const FailureRecord& record) override;
  void on_finished(const RunSummary& summary) override;

 private:
  /// An append-only text file. \throws storage::IoError naming it when the disk is full.
  class Lines {
   public:
    explicit Lines(std::filesystem::path path);
    void add(const std::string& line);

   private:
    std::filesystem::path path_;
    std::ofstream stream_;
  };

  Lines events_;
  Lines metrics_;
};

}  // namespace tessera::coordinator
