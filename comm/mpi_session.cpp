#include "comm/mpi_session.h"

#include <mpi.h>

#include <exception>
#include <string>

#include "comm/rank_error.h"

namespace tessera::comm {
namespace {

void check(int code, const char* call) {
  if (code == MPI_SUCCESS) return;
  char text[MPI_MAX_ERROR_STRING] = "";
  int length = 0;
  MPI_Error_string(code, text, &length);
  throw RankError(call, -1, 0, text);
}

}  // namespace

MpiSession::MpiSession() : exceptions_at_start_(std::uncaught_exceptions()) {
  const std::lock_guard lock(transport_lock_);
  int level = MPI_THREAD_SINGLE;
  check(MPI_Init_thread(nullptr, nullptr, MPI_THREAD_SERIALIZED, &level), "MPI_Init_thread");
  if (level < MPI_THREAD_SERIALIZED) {
    throw RankError("MPI_Init_thread", -1, 0,
                    "this MPI offers thread level " + std::to_string(level) +
                        ", MPI_THREAD_SERIALIZED is needed; use an MPI built with threads");
  }
  check(MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN), "MPI_Comm_set_errhandler");
  check(MPI_Comm_rank(MPI_COMM_WORLD, &rank_), "MPI_Comm_rank");
  check(MPI_Comm_size(MPI_COMM_WORLD, &size_), "MPI_Comm_size");
  MPI_Comm host = MPI_COMM_NULL;
  check(MPI_Comm_split_type(MPI_COMM_WORLD, MPI_COMM_TYPE_SHARED, rank_, MPI_INFO_NULL, &host),
        "MPI_Comm_split_type");
  check(MPI_Comm_rank(host, &local_rank_), "MPI_Comm_rank");
  check(MPI_Comm_free(&host), "MPI_Comm_free");
}

MpiSession::~MpiSession() {
  if (closed_ || std::uncaught_exceptions() > exceptions_at_start_) return;
  const std::lock_guard lock(transport_lock_);
  MPI_Finalize();
}

void MpiSession::close() {
  if (closed_) return;
  closed_ = true;
  const std::lock_guard lock(transport_lock_);
  check(MPI_Finalize(), "MPI_Finalize");
}

bool MpiSession::try_abort(int exit_code) {
  const std::unique_lock lock(transport_lock_, std::try_to_lock);
  if (!lock.owns_lock()) return false;
  MPI_Abort(MPI_COMM_WORLD, exit_code);
  return true;
}

}  // namespace tessera::comm
