#include "coordinator/link_bench.h"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <vector>

#include "coordinator/bytes_of.h"
#include "coordinator/sample_statistics.h"

namespace tessera::coordinator {
namespace {

constexpr std::size_t kSmall = 64;
constexpr std::size_t kLarge = std::size_t{4} << 20;
constexpr configs::LinkRate kFreeLink{1e15, 0};

/// Median seconds of the slowest rank.
double gather_seconds(comm::Communicator& world, std::size_t bytes, int repeats) {
  const std::vector<std::byte> mine(bytes);
  std::vector<std::byte> all(bytes * static_cast<std::size_t>(world.size()));
  std::vector<double> samples;
  for (int run = 0; run <= repeats; ++run) {
    const auto begin = std::chrono::steady_clock::now();
    world.all_gather({mine.data(), mine.size()}, {all.data(), all.size()});
    const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - begin;
    if (run > 0) samples.push_back(taken.count());
  }
  const double median = statistics_of(samples).median;
  std::vector<double> medians(static_cast<std::size_t>(world.size()));
  world.all_gather(bytes_of(median), writable_bytes_of(medians));
  return *std::max_element(medians.begin(), medians.end());
}

}  // namespace

configs::LinkRate measure_link(comm::Communicator& world, int repeats) {
  if (world.size() == 1) return kFreeLink;
  const double latency = gather_seconds(world, kSmall, repeats);
  const double seconds = gather_seconds(world, kLarge, repeats);
  const double sent = static_cast<double>(kLarge) * (world.size() - 1);
  return {sent / std::max(seconds - latency, 1e-9), latency};
}

}  // namespace tessera::coordinator
