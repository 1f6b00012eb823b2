#pragma once

#include <string>
#include <vector>

namespace tessera::launch {

/// Runs the program on this rank and returns its exit code, the same on all ranks. A rank that
/// cannot reach its peers any more does not return: it ends the job.
/// \param arguments  without the program's name.
int run_program(const std::vector<std::string>& arguments);

}  // namespace tessera::launch
