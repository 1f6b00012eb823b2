#include "coordinator/checkpointer.h"

#include <algorithm>
#include <condition_variable>
#include <cstdio>
#include <mutex>
#include <utility>

#include "coordinator/utc_time.h"
#include "storage/storage_error.h"

namespace tessera::coordinator {

using storage::CheckpointData;
using Clock = std::chrono::steady_clock;

/// What the main thread and the writing one share.
struct Checkpointer::State {
  explicit State(storage::CheckpointWriter files) : writer(std::move(files)) {}

  void run();
  /// \throws storage::DataError for latents that are no numbers, which no later write can mend.
  CheckpointRecord write(const CheckpointData& data);
  /// Writes what is due and keeps how that ended, as a result or a failure.
  void write_due(std::unique_lock<std::mutex>& lock);

  storage::CheckpointWriter writer;
  std::mutex mutex;
  std::condition_variable changed;
  std::optional<CheckpointData> due;  ///< waits for the thread, or is being written
  Clock::time_point since;            ///< when it came
  std::optional<CheckpointRecord> result;
  std::exception_ptr failure;
  bool stopping = false;
};

Checkpointer::Checkpointer(CheckpointData base, const worker::RenderTask& task,
                           storage::CheckpointWriter writer, Outputs outputs, FilePatience patience)
    : base_(std::move(base)),
      task_(task),
      outputs_(std::move(outputs)),
      patience_(patience),
      state_(std::make_shared<State>(std::move(writer))),
      thread_([state = state_] { state->run(); }) {}

Checkpointer::~Checkpointer() {
  {
    const std::lock_guard lock(state_->mutex);
    state_->stopping = true;
  }
  state_->changed.notify_all();
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
    const std::lock_guard lock(state_->mutex);
    state_->due = std::move(data);
    state_->since = Clock::now();
  }
  state_->changed.notify_all();
}

bool Checkpointer::writing() const {
  const std::lock_guard lock(state_->mutex);
  return state_->due.has_value();
}

bool Checkpointer::wait(std::chrono::milliseconds longest) {
  std::unique_lock lock(state_->mutex);
  const auto over = [&] { return !state_->due || state_->failure != nullptr; };
  if (state_->changed.wait_for(lock, longest, over)) return true;
  const std::chrono::duration<double> taken = Clock::now() - state_->since;
  if (taken <= patience_.between_commands) return false;
  char seconds[32];
  std::snprintf(seconds, sizeof seconds, "%.1f", taken.count());
  state_->failure = std::make_exception_ptr(
      storage::IoError(state_->writer.path_of(state_->due->progress).string() +
                       ": the checkpoint is not complete after " + seconds +
                       " s. Look after its file system; then go on with tessera resume, which "
                       "takes the last complete one."));
  return true;
}

std::exception_ptr Checkpointer::failure() const {
  const std::lock_guard lock(state_->mutex);
  return state_->failure;
}

std::optional<CheckpointRecord> Checkpointer::take_result() {
  const std::lock_guard lock(state_->mutex);
  return std::exchange(state_->result, std::nullopt);
}

CheckpointRecord Checkpointer::State::write(const CheckpointData& data) {
  const auto begin = Clock::now();
  CheckpointRecord record;
  record.progress = data.progress;
  try {
    const storage::WrittenCheckpoint written = writer.write(data);
    record.path = written.file;
    record.file_bytes = written.bytes;
  } catch (const storage::DataError&) {
    throw;
  } catch (const std::exception& error) {
    record.error = error.what();
  }
  record.seconds = std::chrono::duration<double>(Clock::now() - begin).count();
  return record;
}

void Checkpointer::State::write_due(std::unique_lock<std::mutex>& lock) {
  std::optional<CheckpointRecord> record;
  std::exception_ptr error;
  lock.unlock();
  try {
    record = write(*due);  // which the main thread leaves alone meanwhile
  } catch (const storage::DataError&) {
    error = std::current_exception();
  }
  lock.lock();
  due.reset();
  result = std::move(record);
  if (!failure) failure = error;
  changed.notify_all();
}

void Checkpointer::State::run() {
  std::unique_lock lock(mutex);
  for (;;) {
    changed.wait(lock, [&] { return stopping || due; });
    if (!due) return;
    write_due(lock);
  }
}

}  // namespace tessera::coordinator
