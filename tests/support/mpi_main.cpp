// Runs GoogleTest on every rank. The ranks meet after each test, so that they start the next one
// together whatever happened, and leave with a common result. Rank 0 prints as usual, the others
// print their failures.

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "comm/mpi_communicator.h"
#include "comm/rank_error.h"
#include "tests/support/mpi_world.h"

namespace tessera::testing {
namespace {

using namespace std::chrono_literals;

constexpr auto kTestDeadline = 20s;
constexpr auto kMeetingDeadline = 90s;  // longer than any test waits for a peer that failed

std::optional<MpiWorld>& world_holder() {
  static std::optional<MpiWorld> world;
  return world;
}

int worst_of_all(MpiWorld& world, int mine) {
  world.deadline->set(kMeetingDeadline);
  std::vector<int> results(static_cast<std::size_t>(world.all.size()));
  const auto own = std::as_bytes(std::span(&mine, 1));
  const auto all = std::as_writable_bytes(std::span(results));
  world.all.all_gather({own.data(), own.size()}, {all.data(), all.size()});
  world.deadline->set(kTestDeadline);
  return *std::max_element(results.begin(), results.end());
}

class MeetAfterEachTest : public ::testing::EmptyTestEventListener {
  void OnTestEnd(const ::testing::TestInfo&) override { worst_of_all(mpi_world(), 0); }
};

class PrintFailures : public ::testing::EmptyTestEventListener {
 public:
  explicit PrintFailures(int rank) : rank_(rank) {}

 private:
  void OnTestPartResult(const ::testing::TestPartResult& result) override {
    if (!result.failed()) return;
    std::string text = "[rank " + std::to_string(rank_) + "] ";
    if (result.file_name() != nullptr) {
      text += std::string(result.file_name()) + ":" + std::to_string(result.line_number()) + ": ";
    }
    std::printf("%s%s\n", text.c_str(), result.message());
    std::fflush(stdout);
  }

  int rank_;
};

void install_listeners(int rank) {
  auto& listeners = ::testing::UnitTest::GetInstance()->listeners();
  if (rank != 0) {
    delete listeners.Release(listeners.default_result_printer());
    listeners.Append(new PrintFailures(rank));
  }
  listeners.Append(new MeetAfterEachTest);
}

int run_tests() {
  comm::MpiSession session;
  const auto deadline = std::make_shared<comm::DeadlineSource>(kTestDeadline);
  const comm::RankContext context{deadline, nullptr};
  int result = 0;
  try {
    const auto all = comm::make_mpi_world(session, context);
    world_holder().emplace(MpiWorld{session, context, deadline, *all});
    install_listeners(session.rank());
    result = worst_of_all(mpi_world(), RUN_ALL_TESTS());
  } catch (const std::exception& error) {
    std::printf("[rank %d] %s\n", session.rank(), error.what());
    std::fflush(stdout);
    session.try_abort(1);
  }
  session.close();
  return result;
}

}  // namespace

MpiWorld& mpi_world() { return world_holder().value(); }

std::unique_ptr<comm::Communicator> fresh_mpi_communicator() {
  return mpi_world().all.split(0, mpi_world().all.rank());
}

}  // namespace tessera::testing

int main(int argc, char** argv) {
  ::testing::InitGoogleTest(&argc, argv);
  return tessera::testing::run_tests();
}
