#pragma once

#include "launch/sbatch_script.h"

namespace CLI {
class App;
}

namespace tessera::launch {

/// Adds the command `sbatch` with its options, which fill `request`, to the grammar of the program.
CLI::App* add_sbatch_command(CLI::App& app, SbatchRequest& request);

}  // namespace tessera::launch
