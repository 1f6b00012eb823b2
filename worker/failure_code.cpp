#include "worker/failure_code.h"

#include <c10/util/Exception.h>

#include <new>
#include <string_view>

#include "comm/exit_code.h"
#include "comm/rank_error.h"
#include "storage/storage_error.h"

namespace tessera::worker {
namespace {

template <typename Error>
bool is(const std::exception& error) {
  return dynamic_cast<const Error*>(&error) != nullptr;
}

/// LibTorch's CPU allocator throws a plain c10::Error; its text alone tells it from others.
bool is_of_allocator(const std::exception& error) {
  const auto* torch = dynamic_cast<const c10::Error*>(&error);
  if (torch == nullptr) return false;
  const std::string_view text = torch->what_without_backtrace();
  return text.find("DefaultCPUAllocator: can't allocate memory") != std::string_view::npos ||
         text.find("DefaultCPUAllocator: not enough memory") != std::string_view::npos;
}

bool is_out_of_memory(const std::exception& error) {
  return is<std::bad_alloc>(error) || is<storage::OutOfMemoryError>(error) ||
         is<c10::OutOfMemoryError>(error) || is_of_allocator(error);
}

}  // namespace

int failure_code(const std::exception& error) {
  if (is<storage::DataError>(error)) return comm::kBadData;
  if (is<storage::MissingFileError>(error)) return comm::kInputMissing;
  if (is<comm::RankError>(error)) return comm::kUnavailable;
  if (is_out_of_memory(error)) return comm::kOutOfMemory;
  if (is<storage::CannotCreateError>(error)) return comm::kCannotCreate;
  if (is<storage::IoError>(error)) return comm::kIoError;
  return comm::kInternal;
}

std::string failure_text(const std::exception& error) {
  const auto* torch = dynamic_cast<const c10::Error*>(&error);
  const std::string text = torch != nullptr ? torch->what_without_backtrace() : error.what();
  if (!is_out_of_memory(error)) return text;
  return "out of memory (" + text +
         "). Use fewer ranks per host, more hosts, or a smaller size (cascade.resolutions).";
}

}  // namespace tessera::worker
