#include "coordinator/checkpointer.h"

#include <algorithm>
#include <exception>
#include <utility>

#include "coordinator/utc_time.h"

namespace tessera::coordinator {

using storage::CheckpointData;

Checkpointer::Checkpointer(CheckpointData base, const worker::RenderTask& task,
                           storage::CheckpointWriter writer, Outputs outputs)
    : base_(std::move(base)),
      task_(task),
      writer_(std::move(writer)),
      outputs_(std::move(outputs)),
      thread_([this] { run(); }) {}

Checkpointer::~Checkpointer() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void Checkpointer::adopt(int item, std::vector<storage::CheckpointStage> stages) {
  item_ = item;
  stages_ = std::move(stages);
}

CheckpointData Checkpointer::compose(worker::StageSnapshot snapshot) {
  const worker::StagePlan& stage = task_.stages[static_cast<std::size_t>(snapshot.stage)];
  if (snapshot.item != item_) adopt(snapshot.item, {});
  CheckpointData data = base_;
  data.created_utc = utc_time(std::chrono::system_clock::now());
  data.progress.item = snapshot.item;
  data.progress.stage = snapshot.stage;
  data.progress.next_step = snapshot.step;
  data.progress.steps = stage.steps;
  data.progress.stage_count = static_cast<int>(task_.stages.size());
  data.progress.seed = task_.items[static_cast<std::size_t>(snapshot.item)].seed;
  data.progress.world_size = task_.grid.world;
  data.stages = stages_;
  data.outputs = outputs_();
  if (snapshot.step == stage.steps) {
    std::erase_if(stages_, [&](const auto& done) { return done.stage >= snapshot.stage; });
    stages_.push_back({snapshot.stage, snapshot.x});
  }
  data.x = std::move(snapshot.x);
  data.z_up = std::move(snapshot.z_up);
  return data;
}

void Checkpointer::keep(worker::StageSnapshot snapshot) {
  CheckpointData data = compose(std::move(snapshot));
  {
    const std::lock_guard lock(mutex_);
    due_ = std::move(data);
  }
  changed_.notify_all();
}

bool Checkpointer::writing() const {
  const std::lock_guard lock(mutex_);
  return due_.has_value();
}

bool Checkpointer::wait(std::chrono::milliseconds patience) {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, patience, [&] { return !due_; });
}

std::optional<CheckpointRecord> Checkpointer::take_result() {
  const std::lock_guard lock(mutex_);
  return std::exchange(result_, std::nullopt);
}

void Checkpointer::run() {
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [&] { return stopping_ || due_; });
    if (!due_) return;
    lock.unlock();
    const auto begin = std::chrono::steady_clock::now();
    CheckpointRecord record;
    record.progress = due_->progress;
    try {
      const storage::WrittenCheckpoint written = writer_.write(*due_);
      record.path = written.file;
      record.file_bytes = written.bytes;
    } catch (const std::exception& error) {
      record.error = error.what();
    }
    record.seconds =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    lock.lock();
    due_.reset();
    result_ = std::move(record);
    changed_.notify_all();
  }
}

}  // namespace tessera::coordinator
