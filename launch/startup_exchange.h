#pragma once

#include <functional>
#include <string>

#include "comm/communicator.h"

namespace tessera::launch {

/// Runs the steps of the start-up so that no rank waits for one that failed: after every step all
/// ranks learn how it ended on all of them, and go on or leave together.
///
/// Every rank calls the same steps in the same order. A communication failure (comm::RankError)
/// passes through: the caller aborts the job.
class StartupExchange {
 public:
  explicit StartupExchange(comm::Communicator& control) : control_(control) {}

  /// Every rank does `work`. \throws StartupFailure on all ranks if it threw on any, with the code
  /// and message of the first such rank.
  void on_all(const std::function<void()>& work);
  /// Rank 0 does `work`, the others wait. \throws StartupFailure as on_all().
  void on_root(const std::function<void()>& work);
  /// The text that rank 0 made, on every rank. \throws StartupFailure as on_all().
  std::string text_of_root(const std::function<std::string()>& make);
  /// Checks that all ranks hold the same text of at most 128 bytes. \param what  its name for the
  /// message. \throws StartupFailure with code 70 naming the first rank that differs.
  void same_on_all(const std::string& what, const std::string& text);

 private:
  comm::Communicator& control_;
};

}  // namespace tessera::launch
