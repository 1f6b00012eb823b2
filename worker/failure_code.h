#pragma once

#include <exception>

namespace tessera::worker {

/// Exit code of an error (docs, "Exit codes"): 65 bad data, 66 missing input, 69 lost peer,
/// 71 out of memory, 73 cannot create, 74 I/O, else 70.
int failure_code(const std::exception& error);

}  // namespace tessera::worker
