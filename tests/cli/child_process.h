#pragma once

#include <map>
#include <string>
#include <vector>

namespace tessera::cli {

/// How a process ended and what it wrote.
struct Ended {
  int exit_code = -1;  ///< 128 + signal for a process that was killed
  std::string out;
  std::string err;
};

struct ChildOptions {
  std::string input;                               ///< standard input
  std::map<std::string, std::string> environment;  ///< added to that of the test
  std::string folder;                              ///< working directory, "" for that of the test
};

/// Runs a program to its end and captures its streams, which are no terminals. A process that runs
/// longer than 10 minutes is killed. \param command  program, found along PATH, and arguments.
Ended run_child(const std::vector<std::string>& command, const ChildOptions& options = {});

/// The tessera of this build: it lies beside the test.
std::string tessera_program();

/// `tessera ARGUMENTS...` alone, or under mpirun on this many ranks.
Ended run_tessera(int ranks, const std::vector<std::string>& arguments,
                  const ChildOptions& options = {});

}  // namespace tessera::cli
