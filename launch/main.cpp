#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <optional>

#include "launch/program.h"

int main(int argc, char** argv) {
  std::optional<tessera::launch::SignalInbox> inbox;
  const int exit_code = tessera::launch::run_program({argv + 1, argv + argc}, inbox);
  std::cout.flush();
  std::fflush(stdout);
  // A thread that a hung file system holds may be left behind. It must not meet destructors of
  // static objects, and HDF5's would wait for that file system.
  std::_Exit(exit_code);
}
