#include "tests/crash/kill_order.h"

namespace tessera::crash {
namespace {

constexpr int kMostRanks = 3;
constexpr int kMostKills = 4;
constexpr int kMostSightings = 5;
// What a small checkpoint takes from its creation to its name on a quiet machine.
constexpr std::chrono::microseconds kLongestWrite(4'000);

/// Evenly from [first, last].
template <typename Integer>
Integer draw(Random& random, Integer first, Integer last) {
  return std::uniform_int_distribution<Integer>(first, last)(random);
}

bool draw_coin(Random& random) { return draw(random, 0, 1) == 1; }

}  // namespace

int draw_ranks(Random& random, int last) {
  const int ranks = draw(random, 1, last == 0 ? kMostRanks : kMostRanks - 1);
  return last == 0 || ranks < last ? ranks : ranks + 1;
}

int draw_kills(Random& random) {
  int kills = 1;
  while (kills < kMostKills && draw_coin(random)) ++kills;
  return kills;
}

KillOrder draw_order(Random& random, int ranks, std::chrono::microseconds length) {
  KillOrder order;
  order.ranks = ranks;
  const bool inside = draw_coin(random);
  order.moment = inside ? KillOrder::Moment::InsideWrite : KillOrder::Moment::AnyTime;
  order.sighting = draw(random, 1, kMostSightings);
  order.rank = draw(random, -1, inside ? 0 : ranks - 1);
  order.victim = order.rank < 0 ? KillOrder::Victim::Mpirun : KillOrder::Victim::Rank;
  const auto longest = (inside ? kLongestWrite : length).count();
  order.delay = std::chrono::microseconds(draw(random, decltype(longest){0}, longest));
  return order;
}

}  // namespace tessera::crash
