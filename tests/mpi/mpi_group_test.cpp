#include "comm/mpi_group.h"

#include <gmock/gmock.h>

#include <chrono>
#include <stdexcept>
#include <string>

#include "comm/rank_error.h"
#include "tests/comm/byte_pattern.h"
#include "tests/support/mpi_world.h"

namespace tessera::testing {
namespace {

using namespace std::chrono_literals;
using comm::MpiGroup;
using comm::Operation;
using comm::RankError;
using ::testing::HasSubstr;

constexpr int kTag = 1;
constexpr std::size_t kPiece = 64;

/// Runs the added messages of a group as one operation.
void run(MpiGroup& group, std::chrono::nanoseconds limit = 20s) {
  comm::TrafficCounters traffic;
  const comm::RankContext context{std::make_shared<comm::DeadlineSource>(limit), nullptr};
  const Operation operation("test", -1, context, traffic);
  group.run(kTag, operation);
}

/// The text of the RankError of a run, its peer at the front; empty if there is none.
std::string error_of_run(MpiGroup& group, std::chrono::nanoseconds limit = 20s) {
  try {
    run(group, limit);
  } catch (const RankError& error) {
    return std::to_string(error.peer()) + ": " + error.what();
  }
  return "";
}

class MpiGroupOfPieces : public ::testing::TestWithParam<std::size_t> {};

// Rank 0 sends `count` bytes to rank 1, which expects them.
TEST_P(MpiGroupOfPieces, CarriesEveryLengthAroundAPiece) {
  MpiGroup group = MpiGroup::of_job(mpi_world().session, kPiece);
  const Bytes sent = pattern(0, 1, GetParam());
  Bytes received(GetParam());
  if (group.rank() == 0 && group.size() > 1) group.send(1, const_span_of(sent));
  if (group.rank() == 1) group.receive(0, span_of(received));
  run(group);
  if (group.rank() == 1) {
    EXPECT_EQ(received, sent);
  }
}

// Rank 1 expects one byte more, or one piece more, than rank 0 sends.
TEST_P(MpiGroupOfPieces, SeesThatLessCame) {
  for (const std::size_t missing : {std::size_t{1}, kPiece}) {
    MpiGroup group = MpiGroup::of_job(mpi_world().session, kPiece);
    const Bytes sent(GetParam());
    Bytes received(GetParam() + missing);
    if (group.rank() == 0 && group.size() > 1) group.send(1, const_span_of(sent));
    if (group.rank() == 1) {
      group.receive(0, span_of(received));
      EXPECT_THAT(error_of_run(group), HasSubstr("0: test with rank 0 failed"));
    } else {
      run(group);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Lengths, MpiGroupOfPieces,
                         ::testing::Values(0, 1, kPiece - 1, kPiece, kPiece + 1, 5 * kPiece));

TEST(MpiGroup, SeesThatMoreCame) {
  MpiGroup group = MpiGroup::of_job(mpi_world().session, kPiece);
  const Bytes sent(12);
  Bytes received(9);
  if (group.rank() == 0 && group.size() > 1) group.send(1, const_span_of(sent));
  if (group.rank() == 1) {
    group.receive(0, span_of(received));
    EXPECT_THAT(error_of_run(group), HasSubstr("message of 9 bytes"));
  } else {
    run(group);
  }
}

TEST(MpiGroup, ListsTheSilentPeersAtItsDeadlineAndStaysBroken) {
  MpiGroup group = MpiGroup::of_job(mpi_world().session, kPiece);
  if (group.rank() > 0 || group.size() == 1) return;
  Bytes received(8);
  std::string silent = "rank 1";
  for (int peer = 1; peer < group.size(); ++peer) group.receive(peer, span_of(received));
  for (int peer = 2; peer < group.size(); ++peer) silent += ", " + std::to_string(peer);
  const std::string error = error_of_run(group, 100ms);
  EXPECT_THAT(error, HasSubstr("1: test with rank 1 failed after 0."));
  EXPECT_THAT(error, HasSubstr("no answer within the deadline from " + silent));
  group.receive(1, span_of(received));
  EXPECT_THAT(error_of_run(group), HasSubstr("an earlier operation of this group failed"));
}

TEST(MpiGroup, RefusesMessagesThatMpiCannotCount) {
  EXPECT_THROW(MpiGroup::of_job(mpi_world().session, 0), std::invalid_argument);
  EXPECT_THROW(MpiGroup::of_job(mpi_world().session, std::size_t{1} << 31), std::invalid_argument);
}

}  // namespace
}  // namespace tessera::testing
