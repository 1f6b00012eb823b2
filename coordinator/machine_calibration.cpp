#include "coordinator/machine_calibration.h"

#include <algorithm>
#include <stdexcept>
#include <string>

#include "coordinator/sample_statistics.h"

namespace tessera::coordinator {
namespace {

configs::RateCurve curve_of(const std::vector<worker::KernelTiming>& timings,
                            const std::string& kernel, int threads) {
  configs::RateCurve curve;
  for (const worker::KernelTiming& timing : timings) {
    if (timing.kernel != kernel) continue;
    const double rate = timing.flop / statistics_of(timing.seconds).median / threads;
    curve.points.push_back({static_cast<double>(timing.channels), rate});
  }
  if (curve.points.empty()) throw std::logic_error("no timing of the kernel \"" + kernel + "\"");
  std::sort(curve.points.begin(), curve.points.end(),
            [](const auto& a, const auto& b) { return a.channels < b.channels; });
  return curve;
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
  machine.conv = curve_of(timings, "conv", threads);
  machine.dilated_conv = curve_of(timings, "dilated_conv", threads);
  machine.linear = curve_of(timings, "linear", threads);
  machine.attention = curve_of(timings, "attention", threads);
  machine.local_attention = curve_of(timings, "local_attention", threads);
  machine.vae_conv = curve_of(timings, "vae_conv", threads);
  machine.host_link = machine.network_link = host.link;
  return machine;
}

}  // namespace tessera::coordinator
