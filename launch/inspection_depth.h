#pragma once

namespace tessera::launch {

/// How far `tessera inspect` reads.
enum class InspectionDepth {
  Headers,     ///< what a file says about itself; neither pixels nor weights
  Everything,  ///< `--verify`: all of it, with digests and checksums
};

}  // namespace tessera::launch
