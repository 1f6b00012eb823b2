#pragma once

namespace tessera::comm {

/// How the ranks of a job move bytes in host memory.
enum class Transport {
  Solo,  ///< one process, started without a launcher; MPI is never opened
  Mpi,   ///< started by mpirun or srun, on any number of ranks
};

}  // namespace tessera::comm
