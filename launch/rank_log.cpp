#include "launch/rank_log.h"

#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/spdlog.h>

#include <array>
#include <cstdio>
#include <iostream>
#include <mutex>

#include "storage/storage_error.h"

namespace tessera::launch {
namespace {

spdlog::level::level_enum severity(configs::JobConfig::LogLevel level) {
  using Level = configs::JobConfig::LogLevel;
  switch (level) {
    case Level::Trace:
      return spdlog::level::trace;
    case Level::Debug:
      return spdlog::level::debug;
    case Level::Info:
      return spdlog::level::info;
    case Level::Warning:
      return spdlog::level::warn;
    case Level::Error:
      return spdlog::level::err;
  }
  return spdlog::level::info;
}

std::string file_name(int rank) {
  std::array<char, 32> name{};
  std::snprintf(name.data(), name.size(), "rank-%04d.log", rank);
  return name.data();
}

}  // namespace

RankLog::RankLog(const std::filesystem::path& directory, int rank,
                 configs::JobConfig::LogLevel level) {
  const std::filesystem::path file = directory / file_name(rank);
  try {
    auto sink = std::make_shared<spdlog::sinks::basic_file_sink_mt>(file.string());
    logger_ = std::make_shared<spdlog::logger>("tessera", std::move(sink));
  } catch (const spdlog::spdlog_ex& error) {
    throw storage::CannotCreateError(file.string() + ": cannot be written: " + error.what() +
                                     ". Choose another log.directory.");
  }
  logger_->set_pattern("%Y-%m-%dT%H:%M:%S.%e %l [r" + std::to_string(rank) + "] %v");
  logger_->set_level(severity(level));
  logger_->flush_on(spdlog::level::trace);
  const auto told = std::make_shared<std::once_flag>();
  logger_->set_error_handler([rank, told](const std::string& reason) {
    std::call_once(*told, [&] {
      std::cerr << "tessera: warning: [r" + std::to_string(rank) + "] " + reason +
                       ". The log lacks what follows.\n";
    });
  });
}

void RankLog::debug(const std::string& text) const {
  if (logger_) logger_->debug("{}", text);
}

void RankLog::info(const std::string& text) const {
  if (logger_) logger_->info("{}", text);
}

void RankLog::warning(const std::string& text) const {
  if (logger_) logger_->warn("{}", text);
}

void RankLog::error(const std::string& text) const {
  if (logger_) logger_->error("{}", text);
}

}  // namespace tessera::launch
