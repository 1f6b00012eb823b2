#include "worker/flop_count.h"

#include "model/layers/flop_meter.h"
#include "model/layers/one_thread.h"

namespace tessera::worker {
double count_flop_of(const std::function<void()>& work) {
  const model::OneThread thread;
  const model::FlopMeter meter;
  work();
  return meter.flop();
}

}  // namespace tessera::worker
