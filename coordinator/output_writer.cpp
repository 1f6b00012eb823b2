#include "coordinator/output_writer.h"

#include <condition_variable>
#include <cstdio>
#include <deque>
#include <mutex>
#include <string>
#include <utility>

#include "storage/content_digest.h"
#include "storage/storage_error.h"

namespace tessera::coordinator {

using Clock = std::chrono::steady_clock;

struct OutputWriter::Job {
  enum class Kind { Begin, Rows, End, Container, Close };

  Kind kind = Kind::Rows;
  std::shared_ptr<const PictureOrder> order{};
  int item = 0;
  int stage = 0;
  storage::RowBand band{};
  std::vector<float> pixels{};
  std::size_t container = 0;  ///< index in the order

  std::uint64_t bytes() const { return pixels.size() * sizeof(float); }
};

/// What the main thread and the writing one share.
struct OutputWriter::State {
  explicit State(std::unique_ptr<storage::FrameWriter> frames) : writer(std::move(frames)) {}

  void run();
  void perform(const Job& job);
  void record(const Job& job, const std::filesystem::path& file, int frame);
  void give_up(std::chrono::milliseconds waited);
  void drop_jobs();

  std::unique_ptr<storage::FrameWriter> writer;
  std::mutex mutex;
  std::condition_variable wake;     ///< the thread waits for jobs
  std::condition_variable changed;  ///< the main thread waits for progress
  std::deque<Job> jobs;
  std::uint64_t queued_bytes = 0;  ///< of the job at work, too
  bool working = false;
  std::filesystem::path path;  ///< of the last job begun
  Clock::time_point progress;  ///< when it was begun
  bool stopping = false;
  std::exception_ptr failure;
  std::vector<FrameRecord> written;
};

OutputWriter::OutputWriter(std::unique_ptr<storage::FrameWriter> writer, OrderPicture order,
                           std::uint64_t queue_bytes, FilePatience patience)
    : order_(std::move(order)),
      queue_bytes_(queue_bytes),
      patience_(patience),
      state_(std::make_shared<State>(std::move(writer))),
      thread_([state = state_] { state->run(); }) {}

OutputWriter::~OutputWriter() {
  {
    const std::lock_guard lock(state_->mutex);
    state_->stopping = true;
  }
  state_->wake.notify_all();
}

void OutputWriter::push(Job job) {
  std::unique_lock lock(state_->mutex);
  const std::uint64_t bytes = job.bytes();
  const bool room = state_->changed.wait_for(lock, patience_.delivery, [&] {
    return state_->failure != nullptr || bytes == 0 || state_->queued_bytes == 0 ||
           state_->queued_bytes + bytes <= queue_bytes_;
  });
  if (!room) {
    state_->give_up(patience_.delivery);
  }
  if (state_->failure != nullptr) {
    return;
  }
  state_->queued_bytes += bytes;
  state_->jobs.push_back(std::move(job));
  lock.unlock();
  state_->wake.notify_one();
}

void OutputWriter::start_picture(int item, int stage, int frame) {
  current_.reset();
  try {
    if (std::optional<PictureOrder> order = order_(item, stage, frame)) {
      current_ = std::make_shared<const PictureOrder>(std::move(*order));
      push({.kind = Job::Kind::Begin, .order = current_, .item = item, .stage = stage});
    }
  } catch (...) {
    const std::lock_guard lock(state_->mutex);
    if (state_->failure == nullptr) state_->failure = std::current_exception();
  }
}

void OutputWriter::put_rows(int item, int stage, storage::RowBand rows) {
  if (rows.row_begin == 0) {
    start_picture(item, stage, rows.frame);
  }
  if (!current_) {
    return;
  }
  Job job{.order = current_, .item = item, .stage = stage, .band = rows};
  job.pixels.assign(rows.pixels.begin(), rows.pixels.end());
  push(std::move(job));
  if (rows.row_begin + rows.rows >= current_->image.rows) {
    end_picture(item, stage);
  }
}

void OutputWriter::end_picture(int item, int stage) {
  push({.kind = Job::Kind::End, .order = current_, .item = item, .stage = stage});
  for (std::size_t k = 0; k < current_->containers.size(); ++k) {
    push({.kind = Job::Kind::Container,
          .order = current_,
          .item = item,
          .stage = stage,
          .container = k});
  }
  current_.reset();
}

bool OutputWriter::wait(std::chrono::milliseconds longest, const std::function<bool()>& done) {
  std::unique_lock lock(state_->mutex);
  const auto over = [&] { return state_->failure != nullptr || done(); };
  if (state_->changed.wait_for(lock, longest, over)) {
    return true;
  }
  if (state_->working && Clock::now() - state_->progress > patience_.between_commands) {
    state_->give_up(patience_.between_commands);
  }
  return state_->failure != nullptr;
}

bool OutputWriter::wait_for_room(std::chrono::milliseconds longest) {
  return wait(longest, [&] { return state_->queued_bytes <= queue_bytes_ / 2; });
}

bool OutputWriter::wait_until_written(std::chrono::milliseconds longest) {
  return wait(longest, [&] { return state_->jobs.empty() && !state_->working; });
}

void OutputWriter::finish() { push({.kind = Job::Kind::Close}); }

std::vector<FrameRecord> OutputWriter::take_written() {
  const std::lock_guard lock(state_->mutex);
  return std::exchange(state_->written, {});
}

std::exception_ptr OutputWriter::failure() const {
  const std::lock_guard lock(state_->mutex);
  return state_->failure;
}

/// The file system hangs. With the lock held.
void OutputWriter::State::give_up(std::chrono::milliseconds waited) {
  const double seconds = std::chrono::duration<double>(waited).count();
  char text[32];
  std::snprintf(text, sizeof text, "%.1f", seconds);
  failure = std::make_exception_ptr(
      storage::IoError(path.string() + ": nothing could be written for " + text + " s, and " +
                       std::to_string(queued_bytes >> 20) +
                       " MiB of rows wait. Look after its file system, or choose another with "
                       "--run-dir."));
  drop_jobs();
}

void OutputWriter::State::drop_jobs() {
  for (const Job& job : jobs) queued_bytes -= job.bytes();
  jobs.clear();
}

void OutputWriter::State::record(const Job& job, const std::filesystem::path& file, int frame) {
  FrameRecord record;
  record.item = job.item;
  record.stage = job.stage;
  record.frame = frame;
  record.path = file;
  record.image = job.order->image;
  std::error_code unknown;
  const std::uintmax_t size = std::filesystem::file_size(record.path, unknown);
  record.file_bytes = unknown ? 0 : size;
  if (!unknown) record.digest = storage::digest_of_file(record.path);
  const std::lock_guard lock(mutex);
  written.push_back(std::move(record));
}

void OutputWriter::State::perform(const Job& job) {
  switch (job.kind) {
    case Job::Kind::Begin:
      writer->begin_frame(job.order->frame_index, job.order->image, job.order->metadata);
      break;
    case Job::Kind::Rows: {
      storage::RowBand band = job.band;
      band.pixels = job.pixels;
      writer->write_rows(band);
      break;
    }
    case Job::Kind::End:
      writer->end_frame();
      record(job, job.order->path, job.order->frame);
      break;
    case Job::Kind::Container:
      build_container(job.order->containers[job.container]);
      record(job, job.order->containers[job.container].path, FrameRecord::kContainer);
      break;
    case Job::Kind::Close:
      writer->close();
      break;
  }
}

void OutputWriter::State::run() {
  std::unique_lock lock(mutex);
  for (;;) {
    wake.wait(lock, [&] { return stopping || !jobs.empty(); });
    if (stopping) {
      return;
    }
    const Job job = std::move(jobs.front());
    jobs.pop_front();
    working = true;
    progress = Clock::now();
    if (job.order) path = job.order->path;
    if (job.kind == Job::Kind::Container) path = job.order->containers[job.container].path;
    lock.unlock();
    std::exception_ptr error;
    try {
      perform(job);
    } catch (...) {
      error = std::current_exception();
    }
    lock.lock();
    working = false;
    queued_bytes -= job.bytes();
    if (error) {
      failure = failure ? failure : error;
      drop_jobs();
    }
    changed.notify_all();
  }
}

}  // namespace tessera::coordinator
