#include "comm/rank_error.h"

#include <cstdio>
#include <utility>

namespace tessera::comm {
namespace {

std::string message(const std::string& operation, int peer, double seconds,
                    const std::string& detail) {
  std::string text = operation;
  if (peer >= 0) text += " with rank " + std::to_string(peer);
  char elapsed[48];
  std::snprintf(elapsed, sizeof elapsed, " failed after %.3f s: ", seconds);
  return text + elapsed + detail;
}

}  // namespace

RankError::RankError(std::string operation, int peer, double seconds, const std::string& detail)
    : std::runtime_error(message(operation, peer, seconds, detail)),
      operation_(std::move(operation)),
      peer_(peer),
      seconds_(seconds) {}

}  // namespace tessera::comm
