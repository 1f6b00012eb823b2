#include "tests/cli/process_table.h"

#include <signal.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <thread>

namespace tessera::cli {
namespace {

std::optional<pid_t> process_of(const std::string& name) {
  pid_t process = 0;
  const char* const end = name.data() + name.size();
  const auto [stop, error] = std::from_chars(name.data(), end, process);
  if (error != std::errc() || stop != end) return std::nullopt;
  return process;
}

template <typename Wanted>
std::vector<pid_t> processes_that(const Wanted& wanted) {
  std::vector<pid_t> found;
  for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
    const std::optional<pid_t> process = process_of(entry.path().filename().string());
    if (process && wanted(*process)) found.push_back(*process);
  }
  std::sort(found.begin(), found.end());
  return found;
}

std::string command_line(pid_t process) {
  std::ifstream file("/proc/" + std::to_string(process) + "/cmdline");
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace

std::string process_status(pid_t process, const std::string& key) {
  std::ifstream status("/proc/" + std::to_string(process) + "/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with(key + ":\t")) return line.substr(key.size() + 2);
  }
  return "";
}

bool is_alive(pid_t process) {
  const std::string state = process_status(process, "State");
  return !state.empty() && state.front() != 'Z';
}

std::vector<pid_t> children_of(pid_t process) {
  const std::string parent = std::to_string(process);
  return processes_that([&](pid_t other) { return process_status(other, "PPid") == parent; });
}

std::vector<pid_t> processes_naming(const std::string& text) {
  return processes_that([&](pid_t process) {
    return is_alive(process) && command_line(process).find(text) != std::string::npos;
  });
}

void signal_and_wait(pid_t process, int number) {
  kill(process, number);
  const auto waits = [&] {
    const std::string pending = process_status(process, "ShdPnd");
    return !pending.empty() && (std::stoull(pending, nullptr, 16) >> (number - 1) & 1) != 0;
  };
  while (is_alive(process) && waits()) std::this_thread::sleep_for(std::chrono::milliseconds(1));
}

std::vector<pid_t> alive_after(std::chrono::seconds patience, std::vector<pid_t> processes) {
  const auto give_up = std::chrono::steady_clock::now() + patience;
  for (;;) {
    std::erase_if(processes, [](pid_t process) { return !is_alive(process); });
    if (processes.empty() || std::chrono::steady_clock::now() > give_up) return processes;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
}

}  // namespace tessera::cli
