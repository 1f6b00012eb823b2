#include "coordinator/output_writer.h"

#include <cstdio>
#include <string>
#include <utility>

#include "storage/content_digest.h"
#include "storage/storage_error.h"

namespace tessera::coordinator {

OutputWriter::OutputWriter(std::unique_ptr<storage::FrameWriter> writer, OrderPicture order,
                           std::uint64_t queue_bytes, OutputPatience patience)
    : writer_(std::move(writer)),
      order_(std::move(order)),
      queue_bytes_(queue_bytes),
      patience_(patience),
      thread_([this] { run(); }) {}

OutputWriter::~OutputWriter() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  thread_.join();
}

void OutputWriter::push(Job job) {
  std::unique_lock lock(mutex_);
  const std::uint64_t bytes = job.bytes();
  const bool room = changed_.wait_for(lock, patience_.delivery, [&] {
    return failure_ != nullptr || bytes == 0 || queued_bytes_ == 0 ||
           queued_bytes_ + bytes <= queue_bytes_;
  });
  if (!room) {
    give_up(patience_.delivery);
  }
  if (failure_ != nullptr) {
    return;
  }
  queued_bytes_ += bytes;
  jobs_.push_back(std::move(job));
  lock.unlock();
  wake_.notify_one();
}

void OutputWriter::start_picture(int item, int stage) {
  current_.reset();
  try {
    if (std::optional<PictureOrder> order = order_(item, stage)) {
      current_ = std::make_shared<const PictureOrder>(std::move(*order));
      push({Job::Kind::Begin, current_, item, stage, {}, {}});
    }
  } catch (...) {
    const std::lock_guard lock(mutex_);
    failure_ = failure_ ? failure_ : std::current_exception();
  }
}

void OutputWriter::put_rows(int item, int stage, storage::RowBand rows) {
  if (rows.row_begin == 0) {
    start_picture(item, stage);
  }
  if (!current_) {
    return;
  }
  Job job{Job::Kind::Rows, current_, item, stage, rows, {}};
  job.pixels.assign(rows.pixels.begin(), rows.pixels.end());
  push(std::move(job));
  if (rows.row_begin + rows.rows >= current_->image.rows) {
    push({Job::Kind::End, current_, item, stage, {}, {}});
    current_.reset();
  }
}

bool OutputWriter::wait(std::chrono::milliseconds longest, const std::function<bool()>& done) {
  std::unique_lock lock(mutex_);
  const auto over = [&] { return failure_ != nullptr || done(); };
  if (changed_.wait_for(lock, longest, over)) {
    return true;
  }
  if (working_ && Clock::now() - progress_ > patience_.between_commands) {
    give_up(patience_.between_commands);
  }
  return failure_ != nullptr;
}

bool OutputWriter::wait_for_room(std::chrono::milliseconds longest) {
  return wait(longest, [&] { return queued_bytes_ <= queue_bytes_ / 2; });
}

bool OutputWriter::wait_until_written(std::chrono::milliseconds longest) {
  return wait(longest, [&] { return idle(); });
}

/// The file system hangs. With the lock held.
void OutputWriter::give_up(std::chrono::milliseconds waited) {
  const double seconds = std::chrono::duration<double>(waited).count();
  char text[32];
  std::snprintf(text, sizeof text, "%.1f", seconds);
  failure_ = std::make_exception_ptr(
      storage::IoError(path_.string() + ": nothing could be written for " + text + " s, and " +
                       std::to_string(queued_bytes_ >> 20) +
                       " MiB of rows wait. Look after its file system, or choose another with "
                       "--run-dir."));
  drop_jobs();
}

void OutputWriter::drop_jobs() {
  for (const Job& job : jobs_) queued_bytes_ -= job.bytes();
  jobs_.clear();
}

void OutputWriter::finish() { push({Job::Kind::Close, nullptr, 0, 0, {}, {}}); }

std::vector<FrameRecord> OutputWriter::take_written() {
  const std::lock_guard lock(mutex_);
  return std::exchange(written_, {});
}

std::exception_ptr OutputWriter::failure() const {
  const std::lock_guard lock(mutex_);
  return failure_;
}

void OutputWriter::perform(const Job& job) {
  switch (job.kind) {
    case Job::Kind::Begin:
      writer_->begin_frame(job.order->frame_index, job.order->image, job.order->metadata);
      break;
    case Job::Kind::Rows: {
      storage::RowBand band = job.band;
      band.pixels = job.pixels;
      writer_->write_rows(band);
      break;
    }
    case Job::Kind::End: {
      writer_->end_frame();
      FrameRecord record;
      record.item = job.item;
      record.stage = job.stage;
      record.path = job.order->path;
      record.image = job.order->image;
      std::error_code unknown;
      const std::uintmax_t size = std::filesystem::file_size(record.path, unknown);
      record.file_bytes = unknown ? 0 : size;
      if (!unknown) record.digest = storage::digest_of_file(record.path);
      const std::lock_guard lock(mutex_);
      written_.push_back(std::move(record));
      break;
    }
    case Job::Kind::Close:
      writer_->close();
      break;
  }
}

void OutputWriter::run() {
  std::unique_lock lock(mutex_);
  for (;;) {
    wake_.wait(lock, [&] { return stopping_ || !jobs_.empty(); });
    if (stopping_) {
      return;
    }
    const Job job = std::move(jobs_.front());
    jobs_.pop_front();
    working_ = true;
    progress_ = Clock::now();
    if (job.order) path_ = job.order->path;
    lock.unlock();
    std::exception_ptr error;
    try {
      perform(job);
    } catch (...) {
      error = std::current_exception();
    }
    lock.lock();
    working_ = false;
    queued_bytes_ -= job.bytes();
    if (error) {
      failure_ = failure_ ? failure_ : error;
      drop_jobs();
    }
    changed_.notify_all();
  }
}

}  // namespace tessera::coordinator
