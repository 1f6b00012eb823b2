#pragma once

#include <exception>
#include <string>

namespace tessera::worker {

/// Exit code of an error (docs, "Exit codes"): 65 bad data, 66 missing input, 69 lost peer,
/// 71 out of memory, 73 cannot create, 74 I/O, else 70.
int failure_code(const std::exception& error);

/// What the error says to the user: its text, of LibTorch's errors without the stack they carry.
/// Out of memory is called by its name, with the remedy.
std::string failure_text(const std::exception& error);

}  // namespace tessera::worker
