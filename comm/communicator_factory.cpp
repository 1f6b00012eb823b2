#include "comm/communicator_factory.h"

#include <stdexcept>
#include <string>

#include "comm/mpi_communicator.h"
#include "comm/solo_communicator.h"

namespace tessera::comm {

Transport choose_transport(const VariableLookup& variable) {
  for (const char* name : {"OMPI_COMM_WORLD_SIZE", "PMIX_RANK", "PMI_SIZE"}) {
    if (variable(name).has_value()) return Transport::Mpi;
  }
  return Transport::Solo;
}

std::unique_ptr<Communicator> make_communicator(Transport transport, MpiSession* session,
                                                const RankContext& context) {
  if ((transport == Transport::Mpi) != (session != nullptr)) {
    throw std::invalid_argument(
        "make_communicator: an MPI session is needed for Transport::Mpi and for nothing else");
  }
  if (transport == Transport::Mpi) return make_mpi_world(*session, context);
  return std::make_unique<SoloCommunicator>();
}

std::unique_ptr<Communicator> make_device_communicator(Communicator& control,
                                                       const DeviceStream& stream,
                                                       const RankContext& context) {
#ifdef TESSERA_HAVE_NCCL
  return make_nccl_ranks(control, stream, context);
#else
  static_cast<void>(context);
  throw std::logic_error("rank " + std::to_string(control.rank()) + " has CUDA device " +
                         std::to_string(stream.device) + ", but this build has no NCCL");
#endif
}

}  // namespace tessera::comm
