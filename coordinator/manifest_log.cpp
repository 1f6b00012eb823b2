#include "coordinator/manifest_log.h"

#include <stdexcept>
#include <utility>

#include "comm/exit_code.h"

namespace tessera::coordinator {
namespace {

RunManifest::State state_of(int exit_code) {
  if (exit_code == 0) return RunManifest::State::Done;
  return exit_code == comm::kStopped ? RunManifest::State::Stopped : RunManifest::State::Failed;
}

}  // namespace

ManifestLog::ManifestLog(RunManifest manifest, const storage::RunDirectory& run)
    : manifest_(std::move(manifest)), run_(run) {
  // Counted as idle until a step is done, so that a start that dies early counts, too.
  ++manifest_.idle_starts;
  manifest_.state = RunManifest::State::Running;
  write();
}

void ManifestLog::on_command_end(const CommandRecord& record) {
  if (record.command.kind != worker::CommandKind::Step || manifest_.idle_starts == 0) return;
  const int before = std::exchange(manifest_.idle_starts, 0);
  try {
    write();
  } catch (const std::runtime_error&) {
    manifest_.idle_starts = before;  // no reason to end a render: the next step tries again
  }
}

void ManifestLog::on_frame_written(const FrameRecord& record) {
  ManifestPicture* picture =
      manifest_.find(record.path.lexically_relative(run_.root()).generic_string());
  if (picture == nullptr) {
    throw std::logic_error("the manifest has no picture " + record.path.string());
  }
  picture->state = ManifestPicture::State::Written;
  picture->digest = record.digest;
  write();
}

void ManifestLog::on_finished(const RunSummary& summary) {
  manifest_.state = state_of(summary.exit_code);
  if (manifest_.state == RunManifest::State::Done) manifest_.idle_starts = 0;
  write();
}

void ManifestLog::write() const { run_.write_text("manifest.json", manifest_to_json(manifest_)); }

}  // namespace tessera::coordinator
