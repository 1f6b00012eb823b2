#include "partition/row_transfer.h"

#include <algorithm>
#include <stdexcept>
#include <string>

namespace tessera::partition {
namespace {

std::string text_of(RowRange rows) {
  return "[" + std::to_string(rows.begin) + ", " + std::to_string(rows.end) + ")";
}

void require_disjoint(std::span<const RowRange> owned) {
  std::vector<RowRange> sorted;
  for (const RowRange rows : owned) {
    if (!rows.empty()) {
      sorted.push_back(rows);
    }
  }
  std::sort(sorted.begin(), sorted.end());
  for (std::size_t i = 1; i < sorted.size(); ++i) {
    if (sorted[i].begin < sorted[i - 1].end) {
      throw std::invalid_argument("row transfer: rows " + text_of(sorted[i - 1]) + " and " +
                                  text_of(sorted[i]) + " have two owners");
    }
  }
}

/// Checked for every member, so that a bad layout stops all members and not one of them.
void require_owners(std::span<const RowRange> owned, std::span<const RowRange> wanted) {
  for (std::size_t member = 0; member < wanted.size(); ++member) {
    int found = 0;
    for (const RowRange rows : owned) {
      found += intersect(rows, wanted[member]).rows();
    }
    if (found != wanted[member].rows()) {
      throw std::invalid_argument("row transfer: member " + std::to_string(member) +
                                  " wants rows " + text_of(wanted[member]) + " but only " +
                                  std::to_string(found) + " of them have an owner");
    }
  }
}

void add(std::vector<RowTransfer>& transfers, std::size_t peer, RowRange rows) {
  if (!rows.empty()) {
    transfers.push_back({static_cast<int>(peer), rows});
  }
}

}  // namespace

RowRange with_halo(RowRange own, int above, int below, int total_rows) {
  if (own.empty()) {
    return own;
  }
  return {std::max(0, own.begin - above), std::min(total_rows, own.end + below)};
}

TransferPlan plan_transfer(std::span<const RowRange> owned, std::span<const RowRange> wanted,
                           int me) {
  if (owned.size() != wanted.size()) {
    throw std::invalid_argument("row transfer: " + std::to_string(owned.size()) + " owners and " +
                                std::to_string(wanted.size()) + " receivers; one of each a member");
  }
  if (me < 0 || static_cast<std::size_t>(me) >= owned.size()) {
    throw std::invalid_argument("row transfer: member " + std::to_string(me) + " of " +
                                std::to_string(owned.size()));
  }
  require_disjoint(owned);
  require_owners(owned, wanted);
  const auto self = static_cast<std::size_t>(me);
  TransferPlan plan;
  for (std::size_t peer = 0; peer < owned.size(); ++peer) {
    if (peer == self) {
      const RowRange kept = intersect(owned[self], wanted[self]);
      if (!kept.empty()) {
        plan.local.push_back(kept);
      }
      continue;
    }
    add(plan.sends, peer, intersect(owned[self], wanted[peer]));
    add(plan.receives, peer, intersect(owned[peer], wanted[self]));
  }
  return plan;
}

}  // namespace tessera::partition
