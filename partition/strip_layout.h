#pragma once

#include <compare>
#include <span>
#include <vector>

#include "partition/row_range.h"

namespace tessera::partition {

/// Which rows each member of a group holds: disjoint, ascending, together [0, total_rows()).
/// A member may hold none.
class StripLayout {
 public:
  StripLayout() = default;
  /// \throws std::invalid_argument if the ranges have gaps, overlap or are out of order.
  explicit StripLayout(std::vector<RowRange> strips);

  int strip_count() const { return static_cast<int>(strips_.size()); }
  RowRange rows(int strip) const { return strips_.at(static_cast<std::size_t>(strip)); }
  std::span<const RowRange> all() const { return strips_; }
  int total_rows() const;
  int tallest_rows() const;

  /// The same layout on a map `factor` times as tall (image rows from latent rows).
  StripLayout scaled_up(int factor) const;
  /// The same layout on a map `factor` times less tall (rows of a deeper level).
  /// \throws std::invalid_argument if a boundary is not a multiple of `factor`.
  StripLayout scaled_down(int factor) const;

  bool operator==(const StripLayout&) const = default;

 private:
  std::vector<RowRange> strips_;
};

/// Strips as unions of consecutive canonical blocks: with K blocks, strip s holds the blocks
/// [floor(s K / N), floor((s + 1) K / N)).
/// \throws std::invalid_argument unless 1 <= strip_count <= blocks.size().
StripLayout make_strips(std::span<const RowRange> blocks, int strip_count);

/// Layout of the autoencoder when two guidance halves hold the same strips: the blocks of strip s
/// are divided between member s (the first ceil(b / 2)) and member strip_count + s (the rest, maybe
/// none). Members are ordered half 0 then half 1, so that no latent row moves before the decode;
/// the result is indexed by that member number and is NOT ascending, hence a plain vector.
std::vector<RowRange> split_between_halves(std::span<const RowRange> blocks, int strip_count);

}  // namespace tessera::partition
