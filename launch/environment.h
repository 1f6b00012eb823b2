#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace tessera::launch {

// Every environment variable that the program reads, in one place. Before threads start.
//
//   TESSERA_<KEY>                    a configuration key; see configs/README.md
//   TESSERA_CONFIG                   config file, when -c is not given
//   HF_HOME, XDG_CACHE_HOME, HOME    where the hub cache lies
//   OMP_NUM_THREADS                  threads of a rank, when distributed.cpu_threads is auto
//   OMPI_*, PMIX_*, PMI_*            set by launchers: ranks of the job and of the host
//   SLURM_*                          identity of the batch job
//   NO_COLOR                         no colours on the terminal

/// The value of a variable that is set. Empty values count as set.
std::optional<std::string> variable(const char* name);

/// TESSERA_* variables as NAME, VALUE; those of the build (TESSERA_TORCH, ...) left out.
std::vector<std::pair<std::string, std::string>> tessera_variables();

/// Folder with the `hub` cache of models: $HF_HOME, else $XDG_CACHE_HOME/huggingface, else
/// ~/.cache/huggingface.
std::filesystem::path huggingface_home();

/// Ranks of the job on this host, as the launcher says, else 1.
int ranks_on_host();

/// True if the launcher bound this rank to cores of its own.
bool is_bound_to_cores();

/// The first number of OMP_NUM_THREADS, if it is a positive one.
std::optional<int> omp_num_threads();

/// True if srun started several tasks without PMIx: each would believe to be alone.
bool is_srun_without_pmix();

}  // namespace tessera::launch
