#include "storage/run_lock.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <ctime>
#include <fstream>
#include <nlohmann/json.hpp>
#include <optional>
#include <sstream>

#include "storage/storage_error.h"
#include "storage/text_file.h"

namespace tessera::storage {
namespace {

struct Owner {
  std::string host;
  pid_t pid = 0;
  std::string start;  ///< of the process, in clock ticks since boot
  std::string job;
  std::string time;
};

std::string host_name() {
  std::array<char, 256> name = {};
  if (::gethostname(name.data(), name.size() - 1) != 0) return "unknown";
  return name.data();
}

/// A field of /proc/PID/stat, from 3 on, see proc(5). Empty if there is no such process.
std::string stat_field(pid_t pid, int field_number) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
  std::string text{std::istreambuf_iterator<char>(file), {}};
  const std::size_t name_end = text.rfind(')');  // the name in brackets may hold anything
  if (name_end == std::string::npos) return {};
  std::istringstream fields(text.substr(name_end + 1));
  std::string field;
  for (int number = 3; number <= field_number; ++number) fields >> field;
  return field;
}

/// Tells a process from a later one with the same number.
std::string process_start(pid_t pid) { return stat_field(pid, 22); }

/// Ended, but nobody has waited for it, as happens to orphans in a container without an init.
bool is_zombie(pid_t pid) { return stat_field(pid, 3) == "Z"; }

std::string utc_now() {
  const std::time_t now = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
  std::tm parts = {};
  ::gmtime_r(&now, &parts);
  std::array<char, 32> text = {};
  std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &parts);
  return text.data();
}

std::string text_of(const Owner& owner) {
  const nlohmann::ordered_json json = {{"host", owner.host},
                                       {"pid", owner.pid},
                                       {"start", owner.start},
                                       {"job", owner.job},
                                       {"time", owner.time}};
  return json.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

/// Nothing if the text is not that of a lock: a process died before it wrote it.
std::optional<Owner> owner_of(const std::string& text) {
  const nlohmann::json json = nlohmann::json::parse(text, nullptr, false);
  try {
    return Owner{json.at("host"), json.at("pid"), json.at("start"), json.at("job"),
                 json.at("time")};
  } catch (const nlohmann::json::exception&) {
    return std::nullopt;
  }
}

bool may_be_alive(const Owner& owner, const RunLock::JobHasEnded& job_has_ended) {
  if (owner.host != host_name()) {
    return owner.job.empty() || !job_has_ended || !job_has_ended(owner.job);
  }
  if (::kill(owner.pid, 0) != 0 && errno == ESRCH) return false;
  if (is_zombie(owner.pid)) return false;
  const std::string start = process_start(owner.pid);
  return start.empty() || start == owner.start;
}

std::string text_about(const Owner& owner) {
  return "process " + std::to_string(owner.pid) + " on " + owner.host + " since " + owner.time +
         (owner.job.empty() ? "" : ", job " + owner.job);
}

[[noreturn]] void refuse(const std::filesystem::path& path, const std::optional<Owner>& owner) {
  const std::string holder = owner ? text_about(*owner) : "another process";
  throw LockedError(path.string() + ": the run directory is in use by " + holder +
                    ". Wait for it, choose another --run-dir, or delete the file if that process "
                    "has ended.");
}

/// Whether the name still means the file that is open.
bool is_file_of(int descriptor, const std::filesystem::path& path) {
  struct stat ours = {}, current = {};
  return ::fstat(descriptor, &ours) == 0 && ::stat(path.c_str(), &current) == 0 &&
         ours.st_ino == current.st_ino && ours.st_dev == current.st_dev;
}

/// Opens and locks the file, creating it; refuses if a living process of this host has it. Tries
/// again when its holder removed the file in between.
FileDescriptor open_locked(const std::filesystem::path& path) {
  for (;;) {
    FileDescriptor file(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666));
    if (!file.is_open()) throw CannotCreateError(system_message("cannot create", path, errno));
    if (::flock(file.get(), LOCK_EX | LOCK_NB) != 0) {
      if (errno == EINTR) continue;
      // File systems without flock answer otherwise: the content alone decides there.
      if (errno == EWOULDBLOCK) refuse(path, owner_of(read_text(path)));
    }
    if (is_file_of(file.get(), path)) return file;
  }
}

void replace_content(int descriptor, const std::string& text, const std::filesystem::path& path) {
  const auto size = static_cast<ssize_t>(text.size());
  if (::ftruncate(descriptor, 0) != 0 ||
      ::pwrite(descriptor, text.data(), text.size(), 0) != size || ::fsync(descriptor) != 0) {
    throw IoError(system_message("cannot write", path, errno));
  }
}

}  // namespace

RunLock RunLock::acquire(const std::filesystem::path& file, const std::string& job,
                         const JobHasEnded& job_has_ended) {
  RunLock lock;
  FileDescriptor opened = open_locked(file);
  const std::optional<Owner> previous = owner_of(read_text(file));
  if (previous && may_be_alive(*previous, job_has_ended)) refuse(file, previous);
  const Owner self{host_name(), ::getpid(), process_start(::getpid()), job, utc_now()};
  replace_content(opened.get(), text_of(self), file);
  lock.path_ = file;
  lock.file_ = std::move(opened);
  if (previous) lock.taken_from_ = text_about(*previous);
  return lock;
}

std::optional<std::string> lock_holder(const std::filesystem::path& file) {
  std::optional<Owner> owner;
  try {
    owner = owner_of(read_text(file));
  } catch (const MissingFileError&) {
    return std::nullopt;
  }
  return owner && may_be_alive(*owner, nullptr) ? std::optional(text_about(*owner)) : std::nullopt;
}

RunLock::~RunLock() {
  // Someone may have deleted the file, and the name be another holder's by now.
  if (!file_.is_open() || !is_file_of(file_.get(), path_)) return;
  ::unlink(path_.c_str());  // before the lock goes with the descriptor
}

}  // namespace tessera::storage
