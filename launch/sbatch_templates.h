#pragma once

#include <string_view>

namespace tessera::launch {

/// launch/slurm/mpirun.sbatch and launch/slurm/srun.sbatch, which are part of the program.
std::string_view mpirun_template();
std::string_view srun_template();

}  // namespace tessera::launch
