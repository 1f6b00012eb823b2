#pragma once

#include <memory>
#include <span>
#include <vector>

namespace tessera::comm {

/// What one member asks for in a split.
struct GroupChoice {
  int color = -1;  ///< of the group it joins; negative: none
  int order = 0;   ///< its place there
};

/// The members of the group that a split makes of one color, by their new rank: ordered by `order`,
/// then rank. \param choices  by rank.
std::vector<int> members_of(std::span<const GroupChoice> choices, int color);

/// Whom the members of a group are in the whole job, so that messages name ranks as the user knows
/// them and not by their place in a part.
class JobRanks {
 public:
  /// A group that is the job.
  JobRanks() = default;

  /// Rank in the job of a member; negative stays as it is.
  int of(int member) const;
  /// Those of a part of this group. \param members  of it, by their ranks here.
  JobRanks part(const std::vector<int>& members) const;

 private:
  std::shared_ptr<const std::vector<int>> ranks_;  ///< null: every member is itself
};

}  // namespace tessera::comm
