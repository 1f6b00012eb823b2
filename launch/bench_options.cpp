#include "launch/bench_options.h"

#include <CLI/CLI.hpp>

namespace tessera::launch {

void add_bench_options(CLI::App& command, BenchRequest& request) {
  constexpr const char* kGroup = "Bench";
  command.add_option("--repeat", request.repeats.repeats, "Timed runs of every step and kernel")
      ->type_name("N")
      ->check(CLI::Range(1, 10'000))
      ->group(kGroup);
  command.add_option("--warmup", request.repeats.warmup, "Runs before them that do not count")
      ->type_name("N")
      ->check(CLI::Range(0, 10'000))
      ->group(kGroup);
  command
      .add_flag_callback(
          "--random-weights", [&request] { request.weights = worker::WeightOrigin::Random; },
          "Makes the weights up: the model folder needs its config and tokenizer files only")
      ->group(kGroup);
  command.add_option("--json", request.json_file, "Writes all figures to this file")
      ->type_name("FILE")
      ->group(kGroup);
  command
      .add_option("--machine-out", request.machine_file,
                  "Writes the measured rates for tessera plan --machine")
      ->type_name("FILE")
      ->group(kGroup);
}

}  // namespace tessera::launch
