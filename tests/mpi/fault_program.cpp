// fault_program FAULT: a small job that uses comm as launch does; its last rank but one commits
// FAULT after a few rounds. tests/mpi/expect_job_end.sh checks how the job ends.

#include <mpi.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "comm/mpi_communicator.h"
#include "comm/operation.h"
#include "comm/rank_error.h"
#include "tests/comm/byte_pattern.h"

namespace tessera::testing {
namespace {

using namespace std::chrono_literals;

constexpr auto kDeadline = 2s;
constexpr auto kGrace = 1s;
constexpr int kFaultRound = 20;
constexpr int kRounds = 40;

struct Job {
  comm::MpiSession& session;
  comm::RankContext context;
  comm::Communicator& world;
  comm::Communicator& halo;
};

void sleep_for_ever() {
  for (;;) std::this_thread::sleep_for(1h);
}

// Blocks inside MPI, where no deadline is looked at, as a fault inside the library would.
void wait_inside_mpi(Job& job) {
  comm::TrafficCounters traffic;
  const comm::Operation operation("blocking barrier", -1, job.context, traffic);
  const std::lock_guard lock(job.session.transport_lock());
  MPI_Barrier(MPI_COMM_WORLD);
}

void commit(const std::string& fault, Job& job) {
  if (fault == "exits") ::_exit(3);
  if (fault == "throws") throw std::runtime_error("out of memory");
  if (fault == "sleeps" || fault == "sleeps_while_peers_are_inside_mpi") sleep_for_ever();
  if (fault == "stops") std::raise(SIGSTOP);
  if (fault == "is_killed") std::raise(SIGKILL);
  if (fault == "sends_less") {
    const Bytes mine(7);
    Bytes all(7 * static_cast<std::size_t>(job.world.size()));
    job.world.all_gather(const_span_of(mine), span_of(all));
  }
}

void exchange_with_neighbours(comm::Communicator& halo) {
  const Bytes mine(100);
  Bytes above(100), below(100);
  std::vector<comm::Send> sends;
  std::vector<comm::Receive> receives;
  if (halo.rank() > 0) {
    sends.push_back({halo.rank() - 1, const_span_of(mine)});
    receives.push_back({halo.rank() - 1, span_of(above)});
  }
  if (halo.rank() + 1 < halo.size()) {
    sends.push_back({halo.rank() + 1, const_span_of(mine)});
    receives.push_back({halo.rank() + 1, span_of(below)});
  }
  halo.exchange(sends, receives);
}

void run_rounds(const std::string& fault, Job& job) {
  const bool culprit = job.world.rank() == job.world.size() - 2;
  for (int round = 0; round < kRounds; ++round) {
    const bool now = round == kFaultRound;
    if (!(now && culprit && fault == "skips_an_exchange")) exchange_with_neighbours(job.halo);
    if (now && culprit) commit(fault, job);
    if (now && fault == "sleeps_while_peers_are_inside_mpi") wait_inside_mpi(job);
    const Bytes mine(16);
    Bytes all(16 * static_cast<std::size_t>(job.world.size()));
    job.world.all_gather(const_span_of(mine), span_of(all));
  }
}

void print(int rank, const std::string& text) {
  std::fprintf(stderr, "[rank %d] %s\n", rank, text.c_str());
}

int run(const std::string& fault) {
  comm::MpiSession session;
  const int rank = session.rank();
  const auto watchdog = std::make_shared<comm::Watchdog>(
      comm::Watchdog::Actions{[rank](const std::string& line) { print(rank, "watchdog: " + line); },
                              [&session](int code) { return session.try_abort(code); }},
      kGrace);
  const comm::RankContext context{std::make_shared<comm::DeadlineSource>(kDeadline), watchdog};
  try {
    const auto world = comm::make_mpi_world(session, context);
    // Backwards, so that a place in the part is not the rank that messages are to name.
    const auto halo = world->split(0, -rank);
    Job job{session, context, *world, *halo};
    run_rounds(fault, job);
  } catch (const comm::RankError& error) {
    print(rank, error.what());
    session.try_abort(69);
  } catch (const std::exception& error) {
    print(rank, error.what());
    session.try_abort(70);
  }
  session.close();
  return 0;
}

}  // namespace
}  // namespace tessera::testing

int main(int argc, char** argv) { return tessera::testing::run(argc > 1 ? argv[1] : "none"); }
