#include "model/layers/flop_meter.h"

#include <utility>

namespace tessera::model {
namespace {

// Layers are plain functions: handing a meter down to them would reach through every signature.
thread_local FlopMeter* innermost = nullptr;

}  // namespace

FlopMeter::FlopMeter() : outer_(std::exchange(innermost, this)) {}
FlopMeter::~FlopMeter() { innermost = outer_; }

void count_flop(double flop) {
  if (innermost != nullptr) innermost->flop_ += flop;
}

}  // namespace tessera::model
