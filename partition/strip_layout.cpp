#include "partition/strip_layout.h"

#include <algorithm>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <utility>

namespace tessera::partition {
namespace {

std::string text_of(RowRange rows) {
  return "[" + std::to_string(rows.begin) + ", " + std::to_string(rows.end) + ")";
}

/// Blocks [floor(s K / N), floor((s + 1) K / N)) of strip s, as indices.
std::pair<std::size_t, std::size_t> blocks_of_strip(std::size_t blocks, int strip, int strips) {
  const auto count = static_cast<std::int64_t>(blocks);
  return {static_cast<std::size_t>(strip * count / strips),
          static_cast<std::size_t>((strip + 1) * count / strips)};
}

void require_strip_count(std::size_t blocks, int strip_count) {
  if (strip_count < 1 || static_cast<std::size_t>(strip_count) > blocks) {
    throw std::invalid_argument("strips: " + std::to_string(strip_count) + " asked for, but " +
                                std::to_string(blocks) + " row blocks allow 1.." +
                                std::to_string(blocks) + " (distributed.strips)");
  }
}

RowRange rows_of_blocks(std::span<const RowRange> blocks, std::size_t begin, std::size_t end) {
  return begin == end ? RowRange{} : RowRange{blocks[begin].begin, blocks[end - 1].end};
}

}  // namespace

StripLayout::StripLayout(std::vector<RowRange> strips) : strips_(std::move(strips)) {
  int next = 0;
  for (const RowRange rows : strips_) {
    if (rows.end < rows.begin || (!rows.empty() && rows.begin != next)) {
      throw std::invalid_argument("strip layout: strip " + text_of(rows) +
                                  " does not begin at row " + std::to_string(next));
    }
    next = std::max(next, rows.empty() ? 0 : rows.end);
  }
}

int StripLayout::total_rows() const {
  int total = 0;
  for (const RowRange rows : strips_) {
    total += rows.rows();
  }
  return total;
}

int StripLayout::tallest_rows() const {
  int tallest = 0;
  for (const RowRange rows : strips_) {
    tallest = std::max(tallest, rows.rows());
  }
  return tallest;
}

StripLayout StripLayout::scaled_up(int factor) const {
  std::vector<RowRange> scaled;
  scaled.reserve(strips_.size());
  for (const RowRange rows : strips_) {
    scaled.push_back(scale_up(rows, factor));
  }
  return StripLayout(std::move(scaled));
}

StripLayout StripLayout::scaled_down(int factor) const {
  std::vector<RowRange> scaled;
  scaled.reserve(strips_.size());
  for (const RowRange rows : strips_) {
    if (factor < 1 || (!rows.empty() && (rows.begin % factor != 0 || rows.end % factor != 0))) {
      throw std::invalid_argument("strip layout: strip " + text_of(rows) +
                                  " has no boundary on a map " + std::to_string(factor) +
                                  " times less tall");
    }
    scaled.push_back(scale_down(rows, factor));
  }
  return StripLayout(std::move(scaled));
}

StripLayout make_strips(std::span<const RowRange> blocks, int strip_count) {
  require_strip_count(blocks.size(), strip_count);
  std::vector<RowRange> strips;
  strips.reserve(static_cast<std::size_t>(strip_count));
  for (int s = 0; s < strip_count; ++s) {
    const auto [begin, end] = blocks_of_strip(blocks.size(), s, strip_count);
    strips.push_back(rows_of_blocks(blocks, begin, end));
  }
  return StripLayout(std::move(strips));
}

std::vector<RowRange> split_between_halves(std::span<const RowRange> blocks, int strip_count) {
  require_strip_count(blocks.size(), strip_count);
  std::vector<RowRange> members(2 * static_cast<std::size_t>(strip_count));
  for (int s = 0; s < strip_count; ++s) {
    const auto [begin, end] = blocks_of_strip(blocks.size(), s, strip_count);
    const std::size_t middle = begin + (end - begin + 1) / 2;
    members[static_cast<std::size_t>(s)] = rows_of_blocks(blocks, begin, middle);
    members[static_cast<std::size_t>(strip_count + s)] = rows_of_blocks(blocks, middle, end);
  }
  return members;
}

}  // namespace tessera::partition
