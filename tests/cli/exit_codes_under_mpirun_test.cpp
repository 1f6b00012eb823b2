// Every exit code of the README, provoked on three ranks: the code that mpirun ends with, the one
// message that names the cause, and no process left.
#include <gmock/gmock.h>
#include <signal.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <functional>
#include <ostream>
#include <regex>
#include <set>

#include "tests/cli/process_table.h"
#include "tests/cli/spoiled_model.h"
#include "tests/cli/tiny_run.h"

namespace tessera::cli {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

constexpr int kRanks = 3;

/// One way to end, from the run directory on. `says` stands once on the standard error; "" where
/// mpirun is silent.
struct EndOfJob {
  int exit_code;
  const char* name;
  const char* says;
  std::function<Ended(const TinyRun&)> end;
};

void PrintTo(const EndOfJob& each, std::ostream* out) { *out << each.name; }

std::function<Ended(const TinyRun&)> render(const std::vector<std::string>& more) {
  return [more](const TinyRun& run) { return run.render(kRanks, more); };
}

/// Renders until `act` is done to the job, after two steps of a long stage.
std::function<Ended(const TinyRun&)> render_and(
    const std::function<void(const TinyRun&, RunningChild&)>& act,
    const std::string& deadline = "auto") {
  return [act, deadline](const TinyRun& run) {
    RunningChild child = run.begin(
        kRanks,
        run.render_arguments({"--steps", "400", "--checkpoint-every", "0", "--distributed-deadline",
                              deadline, "--base", "128", "--resolutions", "128,192"}),
        2);
    act(run, child);
    return child.wait();
  };
}

void signal_rank(const RunningChild& job, std::size_t rank, int number) {
  const std::vector<pid_t> ranks = job.children();
  ASSERT_EQ(ranks.size(), static_cast<std::size_t>(kRanks));
  kill(ranks.at(rank), number);
}

void interrupt_twice(const TinyRun&, RunningChild& job) {
  const std::vector<pid_t> ranks = job.children();
  ASSERT_EQ(ranks.size(), static_cast<std::size_t>(kRanks));
  signal_and_wait(ranks[1], SIGINT);
  kill(ranks[1], SIGINT);
}

Ended stop_with_a_file_in_the_way(const TinyRun& run) {
  return render_and([](const TinyRun& at, RunningChild& job) {
    std::ofstream(at.directory() / "checkpoints") << "in the way";
    job.signal(SIGUSR1);
  })(run);
}

/// Stops before the first step, twice: the file is there at the start.
Ended stop_twice_at_the_start(const TinyRun& run) {
  fs::create_directories(run.directory());
  std::ofstream{run.directory() / "STOP"};
  EXPECT_EQ(run.render(kRanks).exit_code, 75);
  std::ofstream{run.directory() / "STOP"};
  return run.render(kRanks);
}

Ended change_the_seed(const TinyRun& run) {
  EXPECT_EQ(run.interrupt(2).exit_code, 75);
  return run.render(kRanks, {"-s", "7"});
}

Ended take_a_damaged_model(const TinyRun& run) {
  const fs::path model = linked_model(run.directory().parent_path() / "model");
  truncate(model / "unet/diffusion_pytorch_model.safetensors", 100'000);
  return run.render(kRanks, {"-m", model.string()});
}

/// Layers so wide that no host holds their maps; the weights are never looked at.
Ended take_a_model_without_bounds(const TinyRun& run) {
  const fs::path model = linked_model(run.directory().parent_path() / "model");
  exchange(model / "vae/config.json", "    16,\n    16,", "    16000,\n    16000,");
  return run.render(kRanks, {"-m", model.string(), "--resolutions", "64,32768"});
}

Ended find_a_picture(const TinyRun& run) {
  fs::create_directories(run.directory() / "images");
  std::ofstream(run.picture("00000_123_128x128.png")) << "old";
  return run.render(kRanks);
}

std::vector<EndOfJob> ends() {
  return {
      {0, "Done", "peak memory in MiB by rank: ", render({})},
      {2, "Usage", "unknown option \"--sede\". Did you mean \"--seed\"?", render({"--sede", "1"})},
      {65, "BadData", "unet/diffusion_pytorch_model.safetensors", take_a_damaged_model},
      {66, "InputMissing", "no/such/model", render({"-m", "no/such/model"})},
      {69, "Unavailable", "no answer within the deadline from rank 1",
       render_and([](const TinyRun&, RunningChild& job) { signal_rank(job, 1, SIGSTOP); }, "5s")},
      {70, "Internal", "two starts in a row were stopped before one step was done",
       stop_twice_at_the_start},
      {71, "OutOfMemory", "are free for", take_a_model_without_bounds},
      {73, "CannotCreate", "00000_123_128x128.png", find_a_picture},
      {74, "IoError", "its checkpoint could not be written", stop_with_a_file_in_the_way},
      {75, "Stopped", "stopped on request (signal USR1)",
       render_and([](const TinyRun&, RunningChild& job) { job.signal(SIGUSR1); })},
      {76, "ResumeRefused", "seed: 7 here, 123 there", change_the_seed},
      {130, "Interrupted", "interrupted a second time", render_and(interrupt_twice)},
      {137, "Killed", "signal 9 (Killed)",
       render_and([](const TinyRun&, RunningChild& job) { signal_rank(job, 1, SIGKILL); })},
      {139, "Crashed", "signal 11 (Segmentation fault)",
       render_and([](const TinyRun&, RunningChild& job) { signal_rank(job, 1, SIGSEGV); })},
      {1, "Launcher", "",
       render_and([](const TinyRun&, RunningChild& job) { job.signal(SIGTERM); })},
  };
}

std::size_t times(const std::string& text, const std::string& part) {
  std::size_t count = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) {
    ++count;
  }
  return count;
}

class UnderMpirun : public testing::TestWithParam<EndOfJob> {};

TEST_P(UnderMpirun, EndsAllRanksWithTheCodeAndOneMessage) {
  const EndOfJob& expected = GetParam();
  const TinyRun run;
  const Ended ended = expected.end(run);
  EXPECT_EQ(ended.exit_code, expected.exit_code) << ended.err;
  const std::size_t said = *expected.says == '\0' ? 1 : times(ended.err, expected.says);
  EXPECT_GE(said, 1u) << ended.err;
  // Every rank that waits for a lost one may name it.
  if (expected.exit_code != 69) {
    EXPECT_EQ(said, 1u) << ended.err;
  }
  // A rank that was stopped goes on when mpirun ends it, and may find that the others are gone.
  const std::size_t of_late_ranks = times(ended.err, "tessera: error: [r");
  EXPECT_LE(times(ended.err, "tessera: error: ") - of_late_ranks, 1u) << ended.err;
  // mpirun kills what outlives a failed rank; that takes a moment.
  const std::vector<pid_t> left = processes_naming(run.directory().string());
  EXPECT_THAT(alive_after(std::chrono::seconds(60), left), testing::IsEmpty());
}

INSTANTIATE_TEST_SUITE_P(ExitCodes, UnderMpirun, testing::ValuesIn(ends()), [](const auto& each) {
  return std::string(each.param.name) + std::to_string(each.param.exit_code);
});

/// The numbers in the rows of the README's table of exit codes.
std::set<int> codes_of_readme() {
  std::ifstream readme(std::string(TESSERA_SOURCE_DIR) + "/README.md");
  std::set<int> codes;
  bool inside = false;
  for (std::string line; std::getline(readme, line);) {
    if (line.starts_with("| Exit code |")) inside = true;
    if (line.empty()) inside = false;
    if (!inside) continue;
    const std::regex cell("\\| *([0-9, ]+?) *\\|");
    for (std::sregex_iterator match(line.begin(), line.end(), cell), end; match != end; ++match) {
      const std::string numbers = (*match)[1];
      const std::regex number("[0-9]+");
      for (std::sregex_iterator each(numbers.begin(), numbers.end(), number); each != end; ++each) {
        codes.insert(std::stoi(each->str()));
      }
    }
  }
  return codes;
}

TEST(ExitCodes, OfTheReadmeAreThoseOfTheTable) {
  std::set<int> provoked{205};  // a host is lost: tests/cluster
  for (const EndOfJob& each : ends()) provoked.insert(each.exit_code);
  EXPECT_EQ(codes_of_readme(), provoked);
}

}  // namespace
}  // namespace tessera::cli
