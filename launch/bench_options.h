#pragma once

#include "launch/bench_request.h"

namespace CLI {
class App;
}

namespace tessera::launch {

/// Adds the options of `tessera bench`, which fill `request`, beside those of the job.
void add_bench_options(CLI::App& command, BenchRequest& request);

}  // namespace tessera::launch
