#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "comm/communicator.h"
#include "coordinator/command_deadline.h"
#include "coordinator/command_exchange.h"
#include "coordinator/render_plan.h"

namespace tessera::coordinator {

struct BenchRepeats {
  int warmup = 1;
  int repeats = 5;
};

/// Times of one stage, in seconds of the slowest rank.
struct StageTimings {
  int stage = 0;
  double transition = 0;              ///< BeginStage: encoding, upscaling, noise
  std::vector<double> dilated_steps;  ///< empty where the stage dilates nothing
  std::vector<double> steps;
  double step_flop = 0;           ///< of an undilated step, counted, all ranks together
  double decode = 0;              ///< EndStage
  double wait_share = 0;          ///< of the steps: mean over working ranks, transfers included
  std::uint64_t step_bytes = 0;   ///< sent in an undilated step, the most of any rank
  std::uint64_t memory_peak = 0;  ///< bytes, the most of any rank, since the process began
};

/// Runs the first item of a plan through all of its stages with a few steps each, and times every
/// command. All ranks; the networks are loaded. Stages without steps run one all the same.
/// \returns the same on every rank. \throws std::runtime_error naming rank and command of an
/// outcome that failed; what `execute` throws.
std::vector<StageTimings> bench_stages(const RenderPlan& plan, comm::Communicator& control,
                                       const ExecuteCommand& execute, CommandDeadline& deadline,
                                       BenchRepeats repeats);

}  // namespace tessera::coordinator
