#include "coordinator/machine_calibration.h"

#include <algorithm>
#include <map>
#include <stdexcept>
#include <string>

#include "coordinator/sample_statistics.h"

namespace tessera::coordinator {
namespace {

/// A map size that a kernel was timed on.
struct Sample {
  double flop = 0;
  double seconds = 0;
};

/// seconds = call + FLOP / rate through the smallest and the largest map. Where that would make a
/// call cost less than nothing, the largest map alone says how fast it is.
void add_point(configs::KernelSpeed& speed, int channels, const std::vector<Sample>& samples,
               int threads) {
  const auto [small, large] =
      std::minmax_element(samples.begin(), samples.end(),
                          [](const Sample& a, const Sample& b) { return a.flop < b.flop; });
  double rate = (large->flop - small->flop) / (large->seconds - small->seconds);
  double call = small->seconds - small->flop / rate;
  if (!(rate > 0 && call > 0)) {
    rate = large->flop / large->seconds;
    call = 0;
  }
  speed.rate.points.push_back({static_cast<double>(channels), rate / threads});
  speed.call_seconds.points.push_back({static_cast<double>(channels), call * threads});
}

configs::KernelSpeed speed_of(const std::vector<worker::KernelTiming>& timings,
                              const std::string& kernel, int threads) {
  std::map<int, std::vector<Sample>> by_width;
  for (const worker::KernelTiming& timing : timings) {
    if (timing.kernel != kernel) continue;
    by_width[timing.channels].push_back({timing.flop, statistics_of(timing.seconds).median});
  }
  if (by_width.empty()) throw std::logic_error("no timing of the kernel \"" + kernel + "\"");
  configs::KernelSpeed speed;
  for (const auto& [channels, samples] : by_width) add_point(speed, channels, samples, threads);
  return speed;
}

}  // namespace

configs::MachineConfig calibrated_machine(const std::vector<worker::KernelTiming>& timings,
                                          const TimedHost& host) {
  const int threads = host.threads_per_rank;
  configs::MachineConfig machine;
  machine.name = "measured";
  machine.summary =
      "Measured by tessera bench, " + std::to_string(threads) + " threads per rank, fp32.";
  machine.device = configs::MachineConfig::Device::Cpu;
  machine.devices_per_host = host.cores;
  machine.memory_bytes = host.memory_bytes;
  machine.conv = speed_of(timings, "conv", threads);
  machine.dilated_conv = speed_of(timings, "dilated_conv", threads);
  machine.linear = speed_of(timings, "linear", threads);
  machine.attention = speed_of(timings, "attention", threads);
  machine.local_attention = speed_of(timings, "local_attention", threads);
  machine.fusion = speed_of(timings, "fusion", threads);
  machine.vae_conv = speed_of(timings, "vae_conv", threads);
  machine.host_link = machine.network_link = host.link;
  return machine;
}

}  // namespace tessera::coordinator
