#pragma once

#include <cuda_runtime.h>

#include <memory>

#include "comm/communicator.h"
#include "comm/rank_context.h"
#include "tests/support/run_ranks.h"

namespace tessera::testing {

/// What one rank of an NCCL test holds: ranks are threads, the device is host memory
/// (tests/support/nccl_shim).
struct NcclRank {
  comm::Communicator& control;  ///< over threads
  comm::Communicator& device;   ///< over NCCL; returns before the bytes have moved
  cudaStream_t compute;
  comm::DeadlineSource& deadline;  ///< of `device`
};

struct NcclRunOptions {
  std::chrono::nanoseconds deadline = std::chrono::minutes(2);  ///< of an NCCL operation at first
  std::function<void(int rank)> set_up = {};                    ///< as in RunOptions
};

using NcclProgram = std::function<void(NcclRank&)>;

/// run_ranks and errors_of_ranks with a communicator over NCCL.
void run_nccl_ranks(int ranks, const NcclProgram& program, const NcclRunOptions& options = {});
std::vector<std::exception_ptr> errors_of_nccl_ranks(int ranks, const NcclProgram& program,
                                                     const NcclRunOptions& options = {});

/// For programs that compute on the host: each operation on `device` returns when `compute` has
/// come to its end. Were the result not ordered on that stream, its bytes would be missing.
std::unique_ptr<comm::Communicator> host_visible(comm::Communicator& device, cudaStream_t compute);

}  // namespace tessera::testing
