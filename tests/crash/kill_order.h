#pragma once

#include <chrono>
#include <random>

namespace tessera::crash {

/// Whom to kill in one start of a job, and when.
struct KillOrder {
  enum class Victim { Rank, Mpirun };
  enum class Moment {
    AnyTime,      ///< `delay` after the start
    InsideWrite,  ///< `delay` after the `sighting`-th temporary file of this start was seen
  };

  int ranks = 1;  ///< the job is started on
  Victim victim = Victim::Mpirun;
  int rank = 0;  ///< that is killed, unless it is mpirun
  Moment moment = Moment::AnyTime;
  int sighting = 1;
  std::chrono::microseconds delay{0};
};

using Random = std::mt19937_64;

/// One of 1, 2 and 3, but not `last`.
int draw_ranks(Random& random, int last);

/// How often a job is killed before it may end: once, and again with every second one, up to 4.
int draw_kills(Random& random);

/// Half of the orders: mpirun or one of the ranks, each as likely, at any moment of a job of this
/// length. The other half: mpirun or rank 0, which writes, inside a write.
KillOrder draw_order(Random& random, int ranks, std::chrono::microseconds length);

}  // namespace tessera::crash
