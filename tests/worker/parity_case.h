#pragma once

#include <string>

#include "worker/render_task.h"

namespace tessera::testing {

/// A recorded run of the released program, committed under tests/goldens/parity_cases.
struct ParityCase {
  std::string name;
  std::vector<partition::Extent> resolutions;
  int steps = 8;
  std::string prompt;
  int captured_stage = -1;  ///< with captured_step: layers of this step were recorded
  int captured_step = -1;
};

ParityCase case_2x();
ParityCase case_4x();

/// The task of a case in `official` mode on `ranks` ranks: restart index 2, dilation until step 5,
/// guidance 7.5, cosine exponent 2, FreeU, tiles of 256 px, every random number replayed.
worker::RenderTask official_task(const ParityCase& parity, int ranks,
                                 const std::string& trace_file);

}  // namespace tessera::testing
