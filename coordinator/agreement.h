#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "comm/communicator.h"
#include "coordinator/verdict.h"
#include "worker/outcome.h"

namespace tessera::coordinator {

/// The first failing rank decides. \param outcomes  by rank.
Verdict judge(std::span<const worker::Outcome> outcomes);

/// Every rank tells how a local step ended (loading weights, taking the lock, reading the job), and
/// all learn the same verdict. One all_gather; all ranks.
/// A rank that had nothing to do passes Outcome{}.
Verdict agree(comm::Communicator& control, const worker::Outcome& mine);

/// Checks that all ranks hold the same text, e.g. the plan hash. One all_gather; all ranks.
/// The verdict of a difference has code 70, the first rank that differs from rank 0, and names
/// `what`. \param text  at most 128 bytes.
/// \throws std::invalid_argument for a longer text.
Verdict agree_on(comm::Communicator& control, std::string_view what, std::string_view text);

/// Rank 0's text on every rank. Two broadcasts; all ranks. \param text  ignored except on rank 0.
std::string broadcast_text(comm::Communicator& control, std::string_view text);

}  // namespace tessera::coordinator
