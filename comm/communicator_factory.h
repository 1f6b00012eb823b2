#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "comm/communicator.h"
#include "comm/mpi_session.h"
#include "comm/nccl_communicator.h"
#include "comm/rank_context.h"
#include "comm/transport.h"

namespace tessera::comm {

/// The value of an environment variable, or nothing; reading it is the caller's.
using VariableLookup = std::function<std::optional<std::string>(const char* name)>;

/// Mpi if a launcher started this process, else Solo. The one place that chooses.
/// A launcher is known by OMPI_COMM_WORLD_SIZE (mpirun), PMIX_RANK (mpirun, srun --mpi=pmix) or
/// PMI_SIZE (other process managers).
Transport choose_transport(const VariableLookup& variable);

/// The communicator of all ranks of the job. Collective.
/// \param session  open MPI, which outlives the communicator; null for Transport::Solo.
/// \throws std::invalid_argument if `session` does not fit the transport; RankError from MPI.
std::unique_ptr<Communicator> make_communicator(Transport transport, MpiSession* session,
                                                const RankContext& context);

/// The ranks of `control` for bytes in device memory: over NCCL, in builds that have it.
/// Collective. \throws RankError from NCCL; std::logic_error in a build without NCCL, which finds
/// no device.
std::unique_ptr<Communicator> make_device_communicator(Communicator& control,
                                                       const DeviceStream& stream,
                                                       const RankContext& context);

}  // namespace tessera::comm
