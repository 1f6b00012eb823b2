#include "tests/cli/tiny_run.h"

#include <signal.h>

#include <chrono>
#include <stdexcept>
#include <thread>
#include <utility>

#include "tests/launch/tiny_render.h"

namespace tessera::cli {

TinyRun::TinyRun(std::vector<std::string> more) : more_(std::move(more)) {
  more_.insert(more_.begin(), {"--steps", "10"});
}

std::vector<std::string> TinyRun::render_arguments(const std::vector<std::string>& more) const {
  std::vector<std::string> arguments = launch::tiny_render(directory().string(), more_);
  arguments.insert(arguments.end(), more.begin(), more.end());
  return arguments;
}

std::vector<std::string> TinyRun::resume_arguments(const std::vector<std::string>& more) const {
  std::vector<std::string> arguments{"resume", directory().string()};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return arguments;
}

Ended TinyRun::render(int ranks, const std::vector<std::string>& more) const {
  return run_tessera(ranks, render_arguments(more));
}

Ended TinyRun::resume(int ranks, const std::vector<std::string>& more) const {
  return run_tessera(ranks, resume_arguments(more));
}

RunningChild TinyRun::begin(int ranks, const std::vector<std::string>& arguments, int steps) const {
  const int enough = steps_done() + steps;
  RunningChild child = RunningChild::tessera(ranks, arguments);
  while (steps_done() < enough && child.running()) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return child;
}

Ended TinyRun::interrupt(int steps, const std::vector<std::string>& more) const {
  RunningChild child = begin(1, render_arguments(more), steps);
  child.signal(SIGUSR1);
  return child.wait();
}

Pictures uninterrupted(const std::vector<std::string>& more) {
  const TinyRun run(more);
  const Ended ended = run.render(1);
  if (ended.exit_code != 0) {
    throw std::runtime_error("the uninterrupted run ended with " + std::to_string(ended.exit_code) +
                             ": " + ended.err);
  }
  return run.pictures();
}

}  // namespace tessera::cli
