#pragma once

#include <nccl.h>

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace tessera::testing::nccl_shim {

/// The meeting place of the ranks of one communicator, threads of one process.
///
/// Stricter than NCCL: it compares kind, count and root of the operations that meet, and makes an
/// error of what would hang or move wrong bytes there. As there, an operation that can not complete
/// ends only when its own rank aborts the communicator.
class Clique {
 public:
  enum class Kind { AllGather, Broadcast };
  struct Collective {
    Kind kind = Kind::AllGather;
    const std::byte* send = nullptr;
    std::byte* receive = nullptr;
    std::size_t bytes = 0;
    int root = 0;
  };
  enum class Way { In, Out };
  struct Transfer {
    Way way = Way::In;
    int peer = 0;
    std::byte* data = nullptr;
    std::size_t bytes = 0;
  };
  struct Error {
    ncclResult_t code = ncclSuccess;
    std::string text;
  };
  /// A place in a communicator that a split makes.
  struct Seat {
    std::shared_ptr<Clique> clique;
    int rank = 0;
  };

  explicit Clique(int size) : members_(static_cast<std::size_t>(size)) {}

  int size() const { return static_cast<int>(members_.size()); }
  void join(int rank);
  bool all_joined();

  /// For the thread of a stream: return when the bytes have moved or `rank` has aborted.
  void meet(int rank, std::uint64_t serial, const Collective& collective);
  void transfer(int rank, const std::vector<Transfer>& transfers);
  void wait_for_abort(int rank);

  /// Enters a split; take_seat() gives the place once all have entered. No clique: no color.
  void enter_split(int rank, int color, int key);
  bool take_seat(int rank, Seat& seat);

  void fail(int rank, ncclResult_t code, const std::string& text);
  void abort(int rank);
  Error error(int rank);

 private:
  struct Round {
    std::map<int, Collective> posts;
    bool done = false;
  };
  struct Member {
    bool joined = false;
    bool aborted = false;
    std::size_t outstanding = 0;  ///< transfers of its group that are not complete
    Error error;
    bool in_split = false;
    int color = 0;
    int key = 0;
    bool seated = false;
    Seat seat;
  };
  struct Lane {
    std::vector<Transfer> sends;
    std::vector<Transfer> receives;
  };

  Member& member(int rank) { return members_[static_cast<std::size_t>(rank)]; }
  void fail_all(const std::string& text);
  void move(const Round& round);
  void seat_members();

  std::mutex mutex_;
  std::condition_variable wake_;
  std::vector<Member> members_;
  std::map<std::uint64_t, Round> rounds_;
  std::map<std::pair<int, int>, Lane> lanes_;  ///< by (from, to)
};

}  // namespace tessera::testing::nccl_shim
