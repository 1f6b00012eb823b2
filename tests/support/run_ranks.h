#pragma once

#include <chrono>
#include <exception>
#include <functional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "comm/communicator.h"

namespace tessera::testing {

/// What one rank of a test does with its communicator.
using RankProgram = std::function<void(comm::Communicator&)>;

struct RunOptions {
  std::chrono::nanoseconds deadline = std::chrono::minutes(2);  ///< per operation
  /// Called on each rank's thread before the program; thread-local settings go here.
  std::function<void(int rank)> set_up;
};

/// The first error of run_ranks; what() is "rank R: " and the text of the error.
class RankFailure : public std::runtime_error {
 public:
  RankFailure(int rank, const std::string& what, std::exception_ptr cause)
      : std::runtime_error(what), rank_(rank), cause_(std::move(cause)) {}
  int rank() const { return rank_; }
  const std::exception_ptr& cause() const { return cause_; }

 private:
  int rank_;
  std::exception_ptr cause_;
};

/// Runs `program` on `ranks` threads, each with its own communicator, and returns when all have
/// ended. A rank that throws leaves its group, so its peers end too.
/// \throws RankFailure with the error that came first, errors about a peer last.
void run_ranks(int ranks, const RankProgram& program, const RunOptions& options = {});

/// The same, but returns what each rank threw (null: nothing).
std::vector<std::exception_ptr> errors_of_ranks(int ranks, const RankProgram& program,
                                                const RunOptions& options = {});

}  // namespace tessera::testing
