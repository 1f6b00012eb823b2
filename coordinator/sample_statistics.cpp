#include "coordinator/sample_statistics.h"

#include <algorithm>
#include <cmath>

namespace tessera::coordinator {

SampleStatistics statistics_of(std::vector<double> samples) {
  if (samples.empty()) return {};
  std::sort(samples.begin(), samples.end());
  const std::size_t count = samples.size();
  const double middle = (samples[(count - 1) / 2] + samples[count / 2]) / 2;
  const auto rank = static_cast<std::size_t>(std::ceil(0.95 * static_cast<double>(count)));
  return {samples.front(), middle, samples[rank - 1]};
}

}  // namespace tessera::coordinator
