#pragma once

#include <chrono>
#include <memory>

#include "comm/communicator.h"
#include "comm/mpi_session.h"
#include "comm/rank_context.h"

namespace tessera::testing {

/// What a test program under mpirun gets from its main function (tests/support/mpi_main.cpp).
struct MpiWorld {
  comm::MpiSession& session;
  comm::RankContext context;
  std::shared_ptr<comm::DeadlineSource> deadline;  ///< of `context`; 20 s unless a test changes it
  comm::Communicator& all;                         ///< every rank; used by main between the tests
};

/// Valid while the tests run.
MpiWorld& mpi_world();

/// A communicator of all ranks for one test: a failure in it does not break the next test's.
std::unique_ptr<comm::Communicator> fresh_mpi_communicator();

}  // namespace tessera::testing
