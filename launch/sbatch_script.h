#pragma once

#include <optional>
#include <string>

namespace tessera::launch {

/// What `tessera sbatch` is asked for. What is not set stays as in the template.
struct SbatchRequest {
  enum class Form { Mpirun, Srun };

  Form form = Form::Mpirun;
  std::string config_file;
  std::optional<int> nodes;
  std::optional<int> gpus_per_node;  ///< one rank per GPU; 0: one rank per node, on its CPU
  std::string time;                  ///< as Slurm writes limits, or ""
  std::string array;                 ///< as Slurm writes index ranges, or ""
};

/// A batch script that renders `config_file`. \throws UsageError for a value that sbatch would
/// refuse; storage::MissingFileError if there is no such file.
std::string sbatch_script(const SbatchRequest& request);

}  // namespace tessera::launch
