#pragma once

#include <vector>

#include "partition/extent.h"
#include "partition/row_range.h"

namespace tessera::partition {

/// Rows of phase p of m interleaved phases: p, p + m, p + 2m, ... below total.
struct PhaseRows {
  int first = 0;
  int step = 1;
  int count = 0;
};

inline int phase_length(int total, int phase, int phases) {
  return phase < total ? (total - phase + phases - 1) / phases : 0;
}

/// The rows of phase p that lie in `own`, as first row, step and count.
inline PhaseRows phase_rows(RowRange own, int phase, int phases) {
  const int first = own.begin + ((phase - own.begin) % phases + phases) % phases;
  return {first, phases, first < own.end ? (own.end - first + phases - 1) / phases : 0};
}

}  // namespace tessera::partition
