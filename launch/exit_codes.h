#pragma once

#include <exception>

namespace tessera::launch {

/// The code that an error ends the program with, by its type.
int exit_code_of(const std::exception& error);

}  // namespace tessera::launch
