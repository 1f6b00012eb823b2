#pragma once

namespace tessera::launch {

/// The head of `tessera --help`.
inline constexpr const char* kAbout =
    "tessera renders high-resolution pictures with SDXL models by the FreeScale method, one "
    "picture spread over MPI ranks.\n\n"
    "  tessera render --preset demo -p \"a lighthouse\" -o lighthouse.png\n"
    "  mpirun -np 4 tessera render --preset image-4096 -m models/sdxl -p \"a lighthouse\"";

/// The end of the help of every command.
inline constexpr const char* kGlobalFooter =
    "Options of all commands: -c FILE, --preset NAME, --set KEY=VALUE, -v, -q, --color WHEN.\n"
    "Sizes are HEIGHTxWIDTH. Environment: TESSERA_<KEY> sets a key, TESSERA_CONFIG the file.\n"
    "Exit codes: 0 done, 2 usage or configuration, 65 bad data, 66 input missing, 69 a rank was "
    "lost, 70 internal error, 71 out of memory, 73 cannot create an output, 74 I/O error, 75 "
    "stopped on request (run again), 76 another run is here, 130 interrupted twice.";

}  // namespace tessera::launch
