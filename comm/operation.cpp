#include "comm/operation.h"

#include "comm/rank_error.h"

namespace tessera::comm {

Operation::Operation(const char* name, int peer, const RankContext& context,
                     TrafficCounters& traffic)
    : name_(name),
      job_ranks_(context.job_ranks),
      watchdog_(context.watchdog.get()),
      traffic_(traffic),
      begin_(Clock::now()),
      deadline_(begin_ + context.deadline->get()) {
  if (watchdog_ != nullptr) serial_ = watchdog_->begin(name, job_rank(peer), deadline_);
}

Operation::~Operation() {
  if (watchdog_ != nullptr) watchdog_->end(serial_);
  traffic_.operations += 1;
  traffic_.wait_seconds += counted_seconds_.value_or(seconds());
}

double Operation::seconds() const {
  return std::chrono::duration<double>(Clock::now() - begin_).count();
}

void Operation::fail(int peer, const std::string& detail) const {
  throw RankError(name_, job_rank(peer), seconds(), detail);
}

}  // namespace tessera::comm
