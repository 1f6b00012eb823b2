#include "comm/mpi_group.h"

#include <mpi.h>

#include <algorithm>
#include <cstdint>
#include <exception>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "comm/poll_backoff.h"
#include "comm/rank_error.h"

namespace tessera::comm {
namespace {

enum class Way { In, Out };

struct Message {
  std::byte* data;
  std::size_t bytes;
  int peer;
  Way way;
};

std::string error_text(int code) {
  char text[MPI_MAX_ERROR_STRING] = "";
  int length = 0;
  MPI_Error_string(code, text, &length);
  return text;
}

}  // namespace

/// The communicator and its open messages; the vectors are kept, so that a step does not allocate.
class MpiGroup::State {
 public:
  State(MPI_Comm comm, MpiSession& session, std::size_t message_bytes);
  ~State();
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  int rank() const { return rank_; }
  int size() const { return size_; }
  void add(int peer, std::byte* data, std::size_t bytes, Way way);
  void run(int tag, const Operation& operation);
  std::unique_ptr<State> split(int color, int order, const Operation& operation);

 private:
  void post(Way way, int tag, const Operation& operation);
  bool test_some(const Operation& operation);
  void check_arrived(const Message& message, const MPI_Status& status, const Operation& operation);
  [[noreturn]] void miss_deadline(const Operation& operation) const;
  void drop_all() noexcept;

  MPI_Comm comm_;
  MpiSession& session_;
  std::size_t message_bytes_;
  int exceptions_at_start_ = std::uncaught_exceptions();
  int rank_ = 0;
  int size_ = 1;
  bool broken_ = false;
  std::size_t open_ = 0;
  std::vector<Message> messages_;
  std::vector<MPI_Request> requests_;  ///< by message
  std::vector<int> arrived_;
  std::vector<MPI_Status> statuses_;
};

MpiGroup::State::State(MPI_Comm comm, MpiSession& session, std::size_t message_bytes)
    : comm_(comm), session_(session), message_bytes_(message_bytes) {
  const std::lock_guard lock(session_.transport_lock());
  MPI_Comm_rank(comm_, &rank_);
  MPI_Comm_size(comm_, &size_);
}

// MPI_Comm_free is collective: while an error is in flight the peers may never call it.
MpiGroup::State::~State() {
  if (broken_ || std::uncaught_exceptions() > exceptions_at_start_) return;
  const std::lock_guard lock(session_.transport_lock());
  MPI_Comm_free(&comm_);
}

// Pieces are full except for the last one, which is shorter, even if it is empty: two different
// totals then differ in the length of some piece, where the receiver sees it.
void MpiGroup::State::add(int peer, std::byte* data, std::size_t bytes, Way way) {
  for (; bytes >= message_bytes_; data += message_bytes_, bytes -= message_bytes_) {
    messages_.push_back({data, message_bytes_, peer, way});
  }
  messages_.push_back({data, bytes, peer, way});
}

void MpiGroup::State::run(int tag, const Operation& operation) {
  requests_.assign(messages_.size(), MPI_REQUEST_NULL);
  try {
    if (broken_) operation.fail(-1, "an earlier operation of this group failed");
    arrived_.resize(messages_.size());
    statuses_.resize(messages_.size());
    open_ = messages_.size();
    post(Way::In, tag, operation);
    post(Way::Out, tag, operation);
    PollBackoff backoff;
    while (open_ > 0) {
      if (test_some(operation)) {
        backoff.progress();
      } else {
        if (Operation::Clock::now() >= operation.deadline()) miss_deadline(operation);
        backoff.pause();
      }
    }
  } catch (...) {
    drop_all();
    throw;
  }
  messages_.clear();
}

void MpiGroup::State::post(Way way, int tag, const Operation& operation) {
  const std::lock_guard lock(session_.transport_lock());
  for (std::size_t i = 0; i < messages_.size(); ++i) {
    const Message& message = messages_[i];
    if (message.way != way) continue;
    const int count = static_cast<int>(message.bytes);
    MPI_Request* request = &requests_[i];
    const int code =
        way == Way::In
            ? MPI_Irecv(message.data, count, MPI_BYTE, message.peer, tag, comm_, request)
            : MPI_Isend(message.data, count, MPI_BYTE, message.peer, tag, comm_, request);
    if (code != MPI_SUCCESS) operation.fail(message.peer, error_text(code));
  }
}

bool MpiGroup::State::test_some(const Operation& operation) {
  const std::lock_guard lock(session_.transport_lock());
  int count = 0;
  const int code = MPI_Testsome(static_cast<int>(requests_.size()), requests_.data(), &count,
                                arrived_.data(), statuses_.data());
  if (code != MPI_SUCCESS && code != MPI_ERR_IN_STATUS) operation.fail(-1, error_text(code));
  if (count == MPI_UNDEFINED || count == 0) return false;
  for (std::size_t i = 0; i < static_cast<std::size_t>(count); ++i) {
    // The error field of a status is set only when the call says so.
    if (code == MPI_SUCCESS) statuses_[i].MPI_ERROR = MPI_SUCCESS;
    check_arrived(messages_[static_cast<std::size_t>(arrived_[i])], statuses_[i], operation);
  }
  open_ -= static_cast<std::size_t>(count);
  return true;
}

void MpiGroup::State::check_arrived(const Message& message, const MPI_Status& status,
                                    const Operation& operation) {
  if (status.MPI_ERROR != MPI_SUCCESS) {
    operation.fail(message.peer, error_text(status.MPI_ERROR) + " (message of " +
                                     std::to_string(message.bytes) + " bytes)");
  }
  if (message.way == Way::Out) return;
  int bytes = 0;
  MPI_Get_count(&status, MPI_BYTE, &bytes);
  if (static_cast<std::size_t>(bytes) == message.bytes) return;
  operation.fail(message.peer, "it sent " + std::to_string(bytes) + " bytes, " +
                                   std::to_string(message.bytes) + " were expected");
}

// Every silent peer is listed: some of them may only be waiting for another one of the list.
void MpiGroup::State::miss_deadline(const Operation& operation) const {
  std::vector<int> silent;
  for (const Way way : {Way::In, Way::Out}) {
    for (std::size_t i = 0; i < messages_.size(); ++i) {
      const int peer = messages_[i].peer;
      if (requests_[i] == MPI_REQUEST_NULL || messages_[i].way != way) continue;
      if (std::find(silent.begin(), silent.end(), peer) == silent.end()) silent.push_back(peer);
    }
  }
  std::string list;
  for (const int peer : silent) {
    list += (list.empty() ? "" : ", ") + std::to_string(operation.job_rank(peer));
  }
  operation.fail(silent.front(), "no answer within the deadline from rank " + list);
}

void MpiGroup::State::drop_all() noexcept {
  broken_ = true;
  const std::lock_guard lock(session_.transport_lock());
  for (std::size_t i = 0; i < messages_.size(); ++i) {
    if (requests_[i] == MPI_REQUEST_NULL) continue;
    if (messages_[i].way == Way::In) MPI_Cancel(&requests_[i]);
    MPI_Request_free(&requests_[i]);
  }
  messages_.clear();
}

std::unique_ptr<MpiGroup::State> MpiGroup::State::split(int color, int order,
                                                        const Operation& operation) {
  MPI_Comm part = MPI_COMM_NULL;
  {
    const std::lock_guard lock(session_.transport_lock());
    const int code = MPI_Comm_split(comm_, color < 0 ? MPI_UNDEFINED : color, order, &part);
    if (code != MPI_SUCCESS) operation.fail(-1, error_text(code));
  }
  if (part == MPI_COMM_NULL) return nullptr;
  return std::make_unique<State>(part, session_, message_bytes_);
}

MpiGroup MpiGroup::of_job(MpiSession& session, std::size_t message_bytes) {
  if (message_bytes < 1 || message_bytes > INT32_MAX) {
    throw std::invalid_argument("MPI messages of " + std::to_string(message_bytes) +
                                " bytes: use 1 to " + std::to_string(INT32_MAX));
  }
  MPI_Comm comm = MPI_COMM_NULL;
  {
    const std::lock_guard lock(session.transport_lock());
    int code = MPI_Comm_dup(MPI_COMM_WORLD, &comm);
    if (code == MPI_SUCCESS) code = MPI_Comm_set_errhandler(comm, MPI_ERRORS_RETURN);
    if (code != MPI_SUCCESS) throw RankError("MPI_Comm_dup", -1, 0, error_text(code));
  }
  return MpiGroup(std::make_unique<State>(comm, session, message_bytes));
}

MpiGroup::MpiGroup(std::unique_ptr<State> state) : state_(std::move(state)) {}
MpiGroup::~MpiGroup() = default;
MpiGroup::MpiGroup(MpiGroup&&) noexcept = default;
MpiGroup& MpiGroup::operator=(MpiGroup&&) noexcept = default;

int MpiGroup::rank() const { return state_->rank(); }
int MpiGroup::size() const { return state_->size(); }

// MPI takes the bytes of a send as const; only the list of messages is of one type for both ways.
void MpiGroup::send(int peer, ConstMemorySpan data) {
  state_->add(peer, const_cast<std::byte*>(data.data), data.bytes, Way::Out);
}

void MpiGroup::receive(int peer, MemorySpan data) {
  state_->add(peer, data.data, data.bytes, Way::In);
}

void MpiGroup::run(int tag, const Operation& operation) { state_->run(tag, operation); }

std::optional<MpiGroup> MpiGroup::split(int color, int order, const Operation& operation) {
  auto part = state_->split(color, order, operation);
  if (!part) return std::nullopt;
  return MpiGroup(std::move(part));
}

}  // namespace tessera::comm
