#include "tests/crash/kill_and_resume.h"

#include <gmock/gmock.h>
#include <signal.h>

#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <set>
#include <sstream>
#include <stdexcept>
#include <thread>

#include "comm/exit_code.h"
#include "storage/checkpoint_reader.h"
#include "storage/storage_error.h"
#include "tests/cli/process_table.h"
#include "tests/crash/demo_job.h"
#include "tests/crash/kill_order.h"

namespace tessera::crash {
namespace {

using Clock = std::chrono::steady_clock;
using testing::AnyOf;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr std::chrono::seconds kEndWithin(120);  // on a machine that does other things as well
constexpr std::chrono::minutes kStartWithin(10);
constexpr std::chrono::microseconds kBetweenLooks(100);

/// Waits until the condition holds or the job ends, not for ever.
template <typename Condition>
void wait_for(cli::RunningChild& child, const char* what, const Condition& condition) {
  const auto give_up = Clock::now() + kStartWithin;
  while (child.running() && !condition()) {
    if (Clock::now() > give_up) {
      ADD_FAILURE() << "waited in vain for " << what << " or the end of the job";
      return;
    }
    std::this_thread::sleep_for(kBetweenLooks);
  }
}

/// Waits for the moment of the order, or for the end of the job. Returns the ranks as far as mpirun
/// has started them.
std::vector<pid_t> await_moment(const KillOrder& order, const DemoJob& job,
                                cli::RunningChild& child) {
  if (order.moment == KillOrder::Moment::AnyTime) {
    std::this_thread::sleep_for(order.delay);
    return child.children();
  }
  const auto left_before = job.leftovers();
  std::set<std::filesystem::path> seen(left_before.begin(), left_before.end());
  const std::size_t enough = seen.size() + static_cast<std::size_t>(order.sighting);
  // A look at all processes takes longer than a write.
  std::vector<pid_t> ranks;
  wait_for(child, "the ranks", [&] {
    ranks = child.children();
    return ranks.size() == static_cast<std::size_t>(order.ranks);
  });
  wait_for(child, "a further write", [&] {
    const auto files = job.leftovers();
    seen.insert(files.begin(), files.end());
    return seen.size() >= enough;
  });
  std::this_thread::sleep_for(order.delay);
  return ranks;
}

void kill_victim(const KillOrder& order, const std::vector<pid_t>& ranks,
                 const cli::RunningChild& child) {
  const auto rank = static_cast<std::size_t>(order.rank);
  if (order.victim == KillOrder::Victim::Rank && rank < ranks.size()) {
    kill(ranks[rank], SIGKILL);
  } else {
    child.signal(SIGKILL);
  }
}

int damaged_checkpoints(const DemoJob& job) {
  int damaged = 0;
  for (const std::string& name : job.checkpoints()) {
    try {
      storage::read_checkpoint(job.directory() / "checkpoints" / name);
    } catch (const storage::DataError& error) {
      ADD_FAILURE() << error.what();
      ++damaged;
    }
  }
  return damaged;
}

/// What a start finds that goes on with a job.
struct Found {
  explicit Found(const DemoJob& job)
      : steps(job.steps().size()),
        checkpoints(storage::list_checkpoints(job.directory() / "checkpoints")) {}

  std::size_t steps;
  std::vector<storage::NamedCheckpoint> checkpoints;
};

/// The steps of the whole job that follow the newest checkpoint; all of them where there is none.
std::vector<storage::CheckpointName> steps_left(const Found& found, const WholeJob& whole) {
  auto first = whole.steps.begin();
  if (!found.checkpoints.empty()) {
    first = std::lower_bound(first, whole.steps.end(), found.checkpoints.back().name);
  }
  return {first, whole.steps.end()};
}

/// No step that a checkpoint holds is done again, and none is left out.
void expect_goes_on(const Found& found, const DemoJob& job, const WholeJob& whole) {
  std::vector<storage::CheckpointName> done = job.steps();
  done.erase(done.begin(), done.begin() + static_cast<std::ptrdiff_t>(found.steps));
  const std::vector<storage::CheckpointName> left = steps_left(found, whole);
  ASSERT_LE(done.size(), left.size()) << "the start did steps that a checkpoint holds";
  EXPECT_TRUE(std::equal(done.begin(), done.end(), left.begin()))
      << "the start began elsewhere than after the newest checkpoint";
}

/// One start that is killed, or ends before.
void carry_out(const KillOrder& order, const DemoJob& job, const WholeJob& whole,
               KillTally& tally) {
  ++tally.starts;
  const Found found(job);
  cli::RunningChild child = job.start(order.ranks);
  kill_victim(order, await_moment(order, job, child), child);
  const auto killed = Clock::now();
  const cli::Ended ended = child.wait();
  EXPECT_THAT(cli::alive_after(kEndWithin, job.processes()), IsEmpty())
      << "outlived its job: " << ended.err;
  const double seconds = std::chrono::duration<double>(Clock::now() - killed).count();
  EXPECT_LT(seconds, std::chrono::duration<double>(kEndWithin).count()) << ended.err;
  expect_goes_on(found, job, whole);
  if (ended.exit_code == 0) return;
  EXPECT_THAT(ended.exit_code, AnyOf(128 + SIGKILL, comm::kUnavailable)) << ended.err;
  ++tally.kills;
  tally.inside_writes += job.leftovers().empty() ? 0 : 1;
  tally.damaged += damaged_checkpoints(job);
  tally.longest_end = std::max(tally.longest_end, seconds);
}

/// The start that nobody kills.
void complete(const DemoJob& job, int ranks, const WholeJob& whole, KillTally& tally) {
  ++tally.starts;
  const Found found(job);
  const cli::Ended ended = job.start(ranks).wait();
  ASSERT_EQ(ended.exit_code, 0) << ended.err;
  expect_goes_on(found, job, whole);
  if (!found.checkpoints.empty()) {
    EXPECT_THAT(ended.err, AnyOf(HasSubstr("goes on from "), HasSubstr("nothing is left to do")));
  }
  const int again = job.steps_done() - static_cast<int>(whole.steps.size());
  EXPECT_GE(again, 0) << "a step was left out";
  tally.steps_again += again;
  EXPECT_THAT(job.leftovers(), IsEmpty());
  EXPECT_THAT(job.processes(), IsEmpty());
  const bool same = job.pictures() == whole.pictures;
  EXPECT_TRUE(same) << "other pictures than those of a job that was not interrupted";
  tally.done += same ? 1 : 0;
}

}  // namespace

WholeJob render_whole_job() {
  const DemoJob job;
  const auto begin = Clock::now();
  const cli::Ended ended = job.start(1).wait();
  if (ended.exit_code != 0) throw std::runtime_error("the demo job fails: " + ended.err);
  const auto length = std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - begin);
  return {job.pictures(), job.steps(), length};
}

std::string text_of(const KillTally& tally) {
  std::ostringstream text;
  text << "killed jobs: " << tally.done << " of " << tally.jobs << " completed with equal pixels, "
       << tally.starts << " starts, " << tally.kills << " kills (" << tally.inside_writes
       << " inside a write), " << tally.damaged << " damaged checkpoints, " << tally.steps_again
       << " steps computed again, longest end " << tally.longest_end << " s";
  return text.str();
}

void kill_and_resume(const WholeJob& whole, std::uint64_t seed, KillTally& tally) {
  SCOPED_TRACE("seed " + std::to_string(seed));
  Random random(seed);
  const DemoJob job;
  int ranks = 0;
  ++tally.jobs;
  for (int kills = draw_kills(random); kills > 0; --kills) {
    ranks = draw_ranks(random, ranks);
    carry_out(draw_order(random, ranks, whole.length), job, whole, tally);
  }
  complete(job, draw_ranks(random, ranks), whole, tally);
}

void kill_and_resume_jobs(int jobs, std::uint64_t first_seed) {
  const WholeJob whole = render_whole_job();
  KillTally tally;
  for (int job = 0; job < jobs; ++job) {
    kill_and_resume(whole, first_seed + static_cast<std::uint64_t>(job), tally);
  }
  std::cout << text_of(tally) << ", first seed " << first_seed << std::endl;
}

std::uint64_t number_from(const char* variable, std::uint64_t otherwise) {
  const char* const text = std::getenv(variable);
  return text == nullptr ? otherwise : std::stoull(text);
}

}  // namespace tessera::crash
