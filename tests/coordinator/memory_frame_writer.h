#pragma once

#include <atomic>
#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "storage/frame_writer.h"
#include "storage/storage_error.h"

namespace tessera::coordinator {

/// What a MemoryFrameWriter received; shared with the test.
class MemoryFrames {
 public:
  struct Frame {
    partition::Extent image;
    std::vector<float> pixels;
    bool complete = false;
  };

  Frame frame(int index) {
    const std::lock_guard lock(mutex_);
    return frames_[index];
  }
  std::size_t count() {
    const std::lock_guard lock(mutex_);
    return frames_.size();
  }
  bool closed() const { return closed_; }

  /// Writing waits until open_gate().
  void shut_gate() { gate_open_ = false; }
  void open_gate() {
    const std::lock_guard lock(mutex_);
    gate_open_ = true;
    gate_.notify_all();
  }
  /// The row band after this many fails with IoError; -1: none.
  std::atomic<int> fail_after_bands{-1};

 private:
  friend class MemoryFrameWriter;

  std::mutex mutex_;
  std::condition_variable gate_;
  std::atomic<bool> gate_open_{true};
  std::atomic<bool> closed_{false};
  std::map<int, Frame> frames_;
  int open_ = 0;
};

/// Keeps frames in memory; can be made slow, or to fail.
class MemoryFrameWriter final : public storage::FrameWriter {
 public:
  explicit MemoryFrameWriter(std::shared_ptr<MemoryFrames> frames) : frames_(std::move(frames)) {}

  void begin_frame(int frame_index, partition::Extent image,
                   const storage::PictureMetadata&) override {
    const std::lock_guard lock(frames_->mutex_);
    frames_->open_ = frame_index;
    frames_->frames_[frame_index] = {image, {}, false};
  }
  void write_rows(storage::RowBand rows) override {
    std::unique_lock lock(frames_->mutex_);
    frames_->gate_.wait(lock, [&] { return frames_->gate_open_.load(); });
    if (frames_->fail_after_bands == 0) throw storage::IoError("x.png: no space left on device");
    if (frames_->fail_after_bands > 0) --frames_->fail_after_bands;
    std::vector<float>& pixels = frames_->frames_[frames_->open_].pixels;
    pixels.insert(pixels.end(), rows.pixels.begin(), rows.pixels.end());
  }
  void end_frame() override {
    const std::lock_guard lock(frames_->mutex_);
    frames_->frames_[frames_->open_].complete = true;
  }
  void close() override { frames_->closed_ = true; }

 private:
  std::shared_ptr<MemoryFrames> frames_;
};

}  // namespace tessera::coordinator
