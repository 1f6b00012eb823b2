#pragma once

#include <vector>

namespace tessera::coordinator {

/// Of repeated measurements.
struct SampleStatistics {
  double least = 0;
  double median = 0;  ///< of an even count the mean of the middle two
  double p95 = 0;     ///< the smallest sample that at least 95 % do not exceed
};

/// Zeros for no samples.
SampleStatistics statistics_of(std::vector<double> samples);

}  // namespace tessera::coordinator
