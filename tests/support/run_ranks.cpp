#include "tests/support/run_ranks.h"

#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>

#include "comm/rank_error.h"
#include "comm/thread_communicator.h"

namespace tessera::testing {
namespace {

class Errors {
 public:
  enum class Kind { Own, OfPeer };

  explicit Errors(int ranks) : by_rank(static_cast<std::size_t>(ranks)) {}

  // A rank's own error counts before those of peers: unwinding it leaves its groups, so that a
  // peer may get here earlier.
  void add(int rank, Kind kind) {
    const std::lock_guard lock(mutex_);
    by_rank[static_cast<std::size_t>(rank)] = std::current_exception();
    if (first < 0 || (kind == Kind::Own && first_kind_ == Kind::OfPeer)) {
      first = rank;
      first_kind_ = kind;
    }
  }

  std::vector<std::exception_ptr> by_rank;
  int first = -1;

 private:
  std::mutex mutex_;
  Kind first_kind_ = Kind::OfPeer;
};

void run_rank(std::unique_ptr<comm::Communicator> world, int rank, const RankProgram& program,
              const RunOptions& options, Errors& errors) {
  try {
    if (options.set_up) options.set_up(rank);
    program(*world);
  } catch (const comm::RankError&) {
    errors.add(rank, Errors::Kind::OfPeer);
  } catch (...) {
    errors.add(rank, Errors::Kind::Own);
  }
}

std::string text_of(const std::exception_ptr& error) {
  try {
    std::rethrow_exception(error);
  } catch (const std::exception& known) {
    return known.what();
  } catch (...) {
    return "an exception of an unknown type";
  }
}

void run(int ranks, const RankProgram& program, const RunOptions& options, Errors& errors) {
  auto worlds = comm::make_thread_ranks(ranks, options.deadline);
  std::vector<std::thread> threads;
  for (int rank = 0; rank < ranks; ++rank) {
    threads.emplace_back(
        [&, rank, world = std::move(worlds[static_cast<std::size_t>(rank)])]() mutable {
          run_rank(std::move(world), rank, program, options, errors);
        });
  }
  for (std::thread& thread : threads) thread.join();
}

}  // namespace

void run_ranks(int ranks, const RankProgram& program, const RunOptions& options) {
  Errors errors(ranks);
  run(ranks, program, options, errors);
  if (errors.first < 0) return;
  const std::exception_ptr cause = errors.by_rank[static_cast<std::size_t>(errors.first)];
  throw RankFailure(errors.first, "rank " + std::to_string(errors.first) + ": " + text_of(cause),
                    cause);
}

std::vector<std::exception_ptr> errors_of_ranks(int ranks, const RankProgram& program,
                                                const RunOptions& options) {
  Errors errors(ranks);
  run(ranks, program, options, errors);
  return std::move(errors.by_rank);
}

}  // namespace tessera::testing
