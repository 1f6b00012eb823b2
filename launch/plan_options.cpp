#include "launch/plan_options.h"

#include <CLI/CLI.hpp>

#include "configs/machine_config.h"

namespace tessera::launch {
namespace {

constexpr int kMostRanks = 100'000;

std::string machine_names() {
  std::string names;
  for (const configs::MachineConfig& machine : configs::known_machines()) {
    names += (names.empty() ? "" : ", ") + machine.name;
  }
  return names;
}

}  // namespace

void add_plan_options(CLI::App& command, PlanRequest& request) {
  constexpr const char* kGroup = "Plan";
  command.add_option("--ranks", request.ranks, "Rank counts to plan for, as in 1,2,8")
      ->type_name("N,...")
      ->delimiter(',')
      ->check(CLI::Range(1, kMostRanks))
      ->group(kGroup);
  command
      .add_option("--ranks-per-host", request.ranks_per_host,
                  "Default: one per GPU; on CPUs all on one host")
      ->type_name("N")
      ->check(CLI::Range(1, kMostRanks))
      ->group(kGroup);
  command
      .add_option("--machine", request.machine,
                  "Rates of devices and links: a file (docs/planning.md) or " + machine_names() +
                      ". Default: cpu")
      ->type_name("NAME")
      ->group(kGroup);
  command
      .add_option_function<std::uint64_t>(
          "--device-memory",
          [&request](std::uint64_t bytes) {
            request.device_memory = static_cast<std::int64_t>(bytes);
          },
          "Memory of a GPU, or of a host of CPUs, as in 80GiB")
      ->type_name("SIZE")
      ->transform(CLI::AsSizeValue(false))
      ->group(kGroup);
}

}  // namespace tessera::launch
