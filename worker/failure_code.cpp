#include "worker/failure_code.h"

#include <c10/util/Exception.h>

#include <new>

#include "comm/rank_error.h"
#include "storage/storage_error.h"

namespace tessera::worker {
namespace {

template <typename Error>
bool is(const std::exception& error) {
  return dynamic_cast<const Error*>(&error) != nullptr;
}

}  // namespace

int failure_code(const std::exception& error) {
  if (is<storage::DataError>(error)) return 65;
  if (is<storage::MissingFileError>(error)) return 66;
  if (is<comm::RankError>(error)) return 69;
  if (is<std::bad_alloc>(error) || is<c10::OutOfMemoryError>(error)) return 71;
  if (is<storage::CannotCreateError>(error)) return 73;
  if (is<storage::IoError>(error)) return 74;
  return 70;
}

}  // namespace tessera::worker
