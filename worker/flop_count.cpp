#include "worker/flop_count.h"

#include <ATen/Parallel.h>

#include "model/layers/flop_meter.h"

namespace tessera::worker {
namespace {

/// One thread, until the end of the scope.
class OneThread {
 public:
  OneThread() { at::set_num_threads(1); }
  ~OneThread() { at::set_num_threads(before_); }
  OneThread(const OneThread&) = delete;
  OneThread& operator=(const OneThread&) = delete;

 private:
  int before_ = at::get_num_threads();
};

}  // namespace

double count_flop_of(const std::function<void()>& work) {
  const OneThread thread;
  const model::FlopMeter meter;
  work();
  return meter.flop();
}

}  // namespace tessera::worker
