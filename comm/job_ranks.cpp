#include "comm/job_ranks.h"

#include <algorithm>
#include <cstddef>

namespace tessera::comm {

std::vector<int> members_of(std::span<const GroupChoice> choices, int color) {
  std::vector<int> members;
  for (std::size_t rank = 0; rank < choices.size(); ++rank) {
    if (choices[rank].color == color) members.push_back(static_cast<int>(rank));
  }
  std::ranges::stable_sort(members, {},
                           [&](int rank) { return choices[static_cast<std::size_t>(rank)].order; });
  return members;
}

int JobRanks::of(int member) const {
  return ranks_ == nullptr || member < 0 ? member : ranks_->at(static_cast<std::size_t>(member));
}

JobRanks JobRanks::part(const std::vector<int>& members) const {
  auto ranks = std::make_shared<std::vector<int>>();
  for (const int member : members) ranks->push_back(of(member));
  JobRanks part;
  part.ranks_ = std::move(ranks);
  return part;
}

}  // namespace tessera::comm
