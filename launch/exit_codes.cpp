#include "launch/exit_codes.h"

#include <filesystem>

#include "comm/exit_code.h"
#include "configs/config_error.h"
#include "coordinator/memory_check.h"
#include "coordinator/plan_error.h"
#include "coordinator/resume.h"
#include "launch/startup_failure.h"
#include "launch/usage_error.h"
#include "storage/storage_error.h"
#include "worker/failure_code.h"
#include "worker/worker.h"

namespace tessera::launch {
namespace {

template <typename... Errors>
bool is_any(const std::exception& error) {
  return ((dynamic_cast<const Errors*>(&error) != nullptr) || ...);
}

}  // namespace

int exit_code_of(const std::exception& error) {
  if (const auto* failure = dynamic_cast<const StartupFailure*>(&error)) {
    return failure->exit_code();
  }
  if (const auto* broken = dynamic_cast<const worker::BrokenCollective*>(&error)) {
    return broken->exit_code();
  }
  if (is_any<UsageError, configs::ConfigError, coordinator::PlanError, storage::LockedError,
             storage::NamePatternError>(error)) {
    return comm::kUsage;
  }
  if (is_any<coordinator::MemoryError>(error)) return comm::kOutOfMemory;
  if (is_any<coordinator::ResumeRefused>(error)) return comm::kResumeRefused;
  if (is_any<std::filesystem::filesystem_error>(error)) return comm::kIoError;
  return worker::failure_code(error);
}

}  // namespace tessera::launch
