#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "configs/job_config.h"

namespace spdlog {
class logger;
}

namespace tessera::launch {

/// The log file of one rank, DIRECTORY/rank-NNNN.log: one event per line with time, severity and
/// rank. Without a file it drops everything, so that the start-up can use it before the run folder
/// exists. When the file cannot be written any more, as on a full disk, the standard error says so
/// once, and the lines are lost. Thread-safe.
class RankLog {
 public:
  RankLog() = default;
  /// Appends to the file. \throws storage::CannotCreateError naming it.
  RankLog(const std::filesystem::path& directory, int rank, configs::JobConfig::LogLevel level);

  void debug(const std::string& text) const;
  void info(const std::string& text) const;
  void warning(const std::string& text) const;
  void error(const std::string& text) const;

 private:
  std::shared_ptr<spdlog::logger> logger_;
};

}  // namespace tessera::launch
