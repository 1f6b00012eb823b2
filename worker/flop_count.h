#pragma once

#include <functional>

namespace tessera::worker {

/// FLOP of the layers that `work` runs on this rank (model::FlopMeter). Lets torch use one thread
/// meanwhile. Torch-free face.
double count_flop_of(const std::function<void()>& work);

}  // namespace tessera::worker
