#include "tests/cli/running_child.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <map>
#include <optional>
#include <stdexcept>
#include <string_view>
#include <thread>

#include "storage/text_file.h"
#include "tests/cli/process_table.h"
#include "tests/storage/temporary_folder.h"

namespace tessera::cli {
namespace {

constexpr std::chrono::minutes kPatience(10);
constexpr std::chrono::milliseconds kBetweenLooks(5);

// One thread per rank, ranks as root and more than cores; MPI may not read other processes' memory
// in a container.
const std::map<std::string, std::string> kForAll{
    {"OMP_NUM_THREADS", "1"},
    {"OMPI_ALLOW_RUN_AS_ROOT", "1"},
    {"OMPI_ALLOW_RUN_AS_ROOT_CONFIRM", "1"},
    {"OMPI_MCA_rmaps_base_oversubscribe", "1"},
    {"OMPI_MCA_btl_vader_single_copy_mechanism", "none"},
};

std::vector<std::string> environment_with(const std::map<std::string, std::string>& added) {
  std::map<std::string, std::string> all = kForAll;
  for (const auto& [name, value] : added) all[name] = value;
  std::vector<std::string> entries;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text(*entry);
    if (!all.contains(std::string(text.substr(0, text.find('='))))) entries.emplace_back(text);
  }
  for (const auto& [name, value] : all) entries.push_back(name + "=" + value);
  return entries;
}

std::vector<char*> pointers_to(std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  for (std::string& text : texts) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

}  // namespace

struct RunningChild::State {
  storage::TemporaryFolder streams;
  pid_t process = 0;
  std::optional<int> status;  ///< once it has ended

  bool look() {
    int ended = 0;
    if (!status && waitpid(process, &ended, WNOHANG) == process) status = ended;
    return status.has_value();
  }
};

RunningChild::RunningChild(const std::vector<std::string>& command, const ChildOptions& options)
    : state_(std::make_unique<State>()) {
  const std::string in = state_->streams.put("in", options.input).string();
  const std::string out = state_->streams.put("out", "").string();
  const std::string err = state_->streams.put("err", "").string();
  std::vector<std::string> arguments = command;
  std::vector<std::string> variables = environment_with(options.environment);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, 0, in.c_str(), O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&actions, 1, out.c_str(), O_WRONLY | O_APPEND, 0);
  posix_spawn_file_actions_addopen(&actions, 2, err.c_str(), O_WRONLY | O_APPEND, 0);
  if (!options.folder.empty()) {
    posix_spawn_file_actions_addchdir_np(&actions, options.folder.c_str());
  }
  const int failed = posix_spawnp(&state_->process, arguments[0].c_str(), &actions, nullptr,
                                  pointers_to(arguments).data(), pointers_to(variables).data());
  posix_spawn_file_actions_destroy(&actions);
  if (failed != 0) throw std::runtime_error("cannot start " + arguments[0]);
}

RunningChild::RunningChild(RunningChild&&) noexcept = default;

RunningChild::~RunningChild() {
  if (!state_ || state_->look()) return;
  kill(state_->process, SIGKILL);
  waitpid(state_->process, nullptr, 0);
}

RunningChild RunningChild::tessera(int ranks, const std::vector<std::string>& arguments,
                                   const ChildOptions& options) {
  std::vector<std::string> command;
  if (ranks > 1) command = {"mpirun", "-np", std::to_string(ranks)};
  command.push_back(tessera_program());
  command.insert(command.end(), arguments.begin(), arguments.end());
  return RunningChild(command, options);
}

bool RunningChild::running() { return !state_->look(); }

void RunningChild::signal(int number) const {
  if (!state_->status) kill(state_->process, number);
}

void RunningChild::signal_and_wait(int number) {
  if (running()) cli::signal_and_wait(state_->process, number);
}

pid_t RunningChild::process() const { return state_->process; }

std::vector<pid_t> RunningChild::children() const { return children_of(state_->process); }

std::string RunningChild::err() const { return storage::read_text(state_->streams / "err"); }

Ended RunningChild::wait() {
  const auto give_up = std::chrono::steady_clock::now() + kPatience;
  while (running()) {
    if (std::chrono::steady_clock::now() > give_up) signal(SIGKILL);
    std::this_thread::sleep_for(kBetweenLooks);
  }
  const int status = *state_->status;
  return {WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status),
          storage::read_text(state_->streams / "out"), err()};
}

}  // namespace tessera::cli
