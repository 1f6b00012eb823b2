#include "launch/child_output.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>

#include "storage/file_descriptor.h"

namespace tessera::launch {
namespace {

using Clock = std::chrono::steady_clock;

void check(int error, const char* what) {
  if (error != 0) throw std::system_error(error, std::generic_category(), what);
}

/// What the child gets: no input, one pipe for all it prints, signals as at a login.
class Setup {
 public:
  explicit Setup(int output) {
    check(::posix_spawn_file_actions_init(&files_), "posix_spawn_file_actions_init");
    check(::posix_spawnattr_init(&attributes_), "posix_spawnattr_init");
    ::posix_spawn_file_actions_addopen(&files_, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    ::posix_spawn_file_actions_adddup2(&files_, output, STDOUT_FILENO);
    ::posix_spawn_file_actions_adddup2(&files_, output, STDERR_FILENO);
    sigset_t defaults;
    ::sigemptyset(&defaults);
    ::sigaddset(&defaults, SIGPIPE);
    ::sigaddset(&defaults, SIGXFSZ);
    ::posix_spawnattr_setsigdefault(&attributes_, &defaults);
    ::posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETSIGDEF);
  }
  ~Setup() {
    ::posix_spawn_file_actions_destroy(&files_);
    ::posix_spawnattr_destroy(&attributes_);
  }
  Setup(const Setup&) = delete;
  Setup& operator=(const Setup&) = delete;

  /// An error number, or 0.
  int spawn(const std::vector<std::string>& command, pid_t& child) const {
    std::vector<char*> words;
    for (const std::string& word : command) words.push_back(const_cast<char*>(word.c_str()));
    words.push_back(nullptr);
    return ::posix_spawnp(&child, words.front(), &files_, &attributes_, words.data(), environ);
  }

 private:
  posix_spawn_file_actions_t files_{};
  posix_spawnattr_t attributes_{};
};

enum class Reading { Complete, TimedOut };

/// Reads to the end of the pipe, or to the deadline.
Reading read_all(int pipe, Clock::time_point deadline, std::string& text) {
  std::array<char, 4096> bytes{};
  for (;;) {
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now()).count();
    if (left <= 0) return Reading::TimedOut;
    pollfd event{pipe, POLLIN, 0};
    const int ready = ::poll(&event, 1, static_cast<int>(std::min<long long>(left, 1000)));
    if (ready == 0 || (ready < 0 && errno == EINTR)) continue;
    const ssize_t count = ::read(pipe, bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return Reading::Complete;
    text.append(bytes.data(), static_cast<std::size_t>(count));
  }
}

int wait_for(pid_t child) {
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace

ChildOutput run_for_output(const std::vector<std::string>& command,
                           std::chrono::milliseconds deadline) {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) check(errno, "pipe2");
  const storage::FileDescriptor reading(ends[0]);
  ChildOutput output;
  pid_t child = 0;
  {
    const storage::FileDescriptor writing(ends[1]);
    const int error = Setup(writing.get()).spawn(command, child);
    if (error == ENOENT || error == EACCES) {
      output.end = ChildOutput::End::NotFound;
      return output;
    }
    check(error, command.front().c_str());
  }
  if (read_all(reading.get(), Clock::now() + deadline, output.text) == Reading::TimedOut) {
    output.end = ChildOutput::End::TimedOut;
    ::kill(child, SIGKILL);
  }
  output.exit_code = wait_for(child);
  return output;
}

}  // namespace tessera::launch
