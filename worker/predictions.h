#pragma once

namespace tessera::worker {

/// Which guidance predictions a rank computes.
enum class Predictions { Both, Unconditional, Conditional, ConditionalOnly };

}  // namespace tessera::worker
