#pragma once

#include <sys/types.h>

#include <chrono>
#include <string>
#include <vector>

namespace tessera::cli {

/// A value of /proc/PROCESS/status, "" if there is no such process or key.
std::string process_status(pid_t process, const std::string& key);

/// Neither gone nor a zombie that nobody has waited for.
bool is_alive(pid_t process);

/// The processes that this one started, lowest first.
std::vector<pid_t> children_of(pid_t process);

/// Living processes whose command line contains the text, lowest first.
std::vector<pid_t> processes_naming(const std::string& text);

/// Sends a signal and waits until it has arrived, so that a further one counts by itself.
void signal_and_wait(pid_t process, int number);

/// Waits until all are gone, at most this long; returns those that are not.
std::vector<pid_t> alive_after(std::chrono::seconds patience, std::vector<pid_t> processes);

}  // namespace tessera::cli
