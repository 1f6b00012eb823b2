#include "tests/cli/child_process.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <stdexcept>
#include <string_view>
#include <thread>

#include "storage/text_file.h"
#include "tests/storage/temporary_folder.h"

namespace tessera::cli {
namespace {

constexpr std::chrono::minutes kPatience(5);

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

int wait_for(pid_t child) {
  const auto give_up = std::chrono::steady_clock::now() + kPatience;
  int status = 0;
  while (waitpid(child, &status, WNOHANG) == 0) {
    if (std::chrono::steady_clock::now() > give_up) kill(child, SIGKILL);
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace

Ended run_child(const std::vector<std::string>& command, const ChildOptions& options) {
  const storage::TemporaryFolder streams;
  const std::string in = streams.put("in", options.input).string();
  const std::string out = (streams / "out").string();
  const std::string err = (streams / "err").string();
  std::vector<std::string> arguments = command;
  std::vector<std::string> variables = environment_with(options.environment);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, 0, in.c_str(), O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&actions, 1, out.c_str(), O_CREAT | O_WRONLY, 0600);
  posix_spawn_file_actions_addopen(&actions, 2, err.c_str(), O_CREAT | O_WRONLY, 0600);
  if (!options.folder.empty()) {
    posix_spawn_file_actions_addchdir_np(&actions, options.folder.c_str());
  }
  pid_t child = 0;
  const int failed = posix_spawnp(&child, arguments[0].c_str(), &actions, nullptr,
                                  pointers_to(arguments).data(), pointers_to(variables).data());
  posix_spawn_file_actions_destroy(&actions);
  if (failed != 0) throw std::runtime_error("cannot start " + arguments[0]);
  const int exit_code = wait_for(child);
  return {exit_code, storage::read_text(out), storage::read_text(err)};
}

std::string tessera_program() {
  return (std::filesystem::read_symlink("/proc/self/exe").parent_path() / "tessera").string();
}

Ended run_tessera(int ranks, const std::vector<std::string>& arguments,
                  const ChildOptions& options) {
  std::vector<std::string> command;
  if (ranks > 1) command = {"mpirun", "-np", std::to_string(ranks)};
  command.push_back(tessera_program());
  command.insert(command.end(), arguments.begin(), arguments.end());
  return run_child(command, options);
}

}  // namespace tessera::cli
