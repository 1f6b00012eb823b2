#include "launch/item_selection.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <set>
#include <string_view>

#include "launch/usage_error.h"

namespace tessera::launch {
namespace {

/// A whole number of at least 1.
std::optional<int> parse_count(std::string_view text) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool whole = error == std::errc() && end == text.data() + text.size();
  return whole && value >= 1 ? std::optional(value) : std::nullopt;
}

/// FIRST, FIRST-LAST or FIRST-LAST:STEP.
std::optional<ItemSelection::Range> parse_range(std::string_view text) {
  const std::size_t dash = text.find('-');
  if (dash == std::string_view::npos) {
    const std::optional<int> only = parse_count(text);
    return only ? std::optional(ItemSelection::Range{*only, *only, 1}) : std::nullopt;
  }
  const std::size_t colon = std::min(text.find(':', dash), text.size());
  const std::optional<int> first = parse_count(text.substr(0, dash));
  const std::optional<int> last = parse_count(text.substr(dash + 1, colon - dash - 1));
  std::optional<int> step = 1;
  if (colon < text.size()) step = parse_count(text.substr(colon + 1));
  if (!first || !last || !step || *last < *first) return std::nullopt;
  return ItemSelection::Range{*first, *last, *step};
}

}  // namespace

std::vector<ItemSelection::Range> parse_items(const std::string& text) {
  std::vector<ItemSelection::Range> ranges;
  for (std::string_view rest = text;;) {
    const std::size_t comma = std::min(rest.find(','), rest.size());
    const std::string_view part = rest.substr(0, comma);
    const std::optional<ItemSelection::Range> range = parse_range(part);
    if (!range) {
      throw UsageError("--items: \"" + std::string(part) +
                       "\" is not allowed. Allowed: item numbers from 1 and ranges FIRST-LAST or "
                       "FIRST-LAST:STEP, with commas between them, as in 1-10,20-40:2.");
    }
    ranges.push_back(*range);
    if (comma == rest.size()) return ranges;
    rest.remove_prefix(comma + 1);
  }
}

void parse_shard(const std::string& text, ItemSelection& selection) {
  const std::size_t slash = std::min(text.find('/'), text.size());
  const std::string_view whole = text;
  const std::optional<int> shard = parse_count(whole.substr(0, slash));
  const std::optional<int> shards = parse_count(whole.substr(std::min(slash + 1, whole.size())));
  if (!shard || !shards || *shard > *shards) {
    throw UsageError("--shard: \"" + text +
                     "\" is not allowed. Allowed: I/N with 1 <= I <= N, as in 2/8.");
  }
  selection.shard = *shard;
  selection.shards = *shards;
}

std::vector<int> selected_items(const ItemSelection& selection, int count) {
  std::vector<ItemSelection::Range> ranges = selection.ranges;
  if (ranges.empty() && count > 0) ranges.push_back({1, count, 1});
  std::set<int> chosen;
  for (const ItemSelection::Range& range : ranges) {
    if (range.last > count) {
      throw UsageError("--items: there is no item " + std::to_string(range.last) +
                       ". The run has " + std::to_string(count) +
                       (count == 1 ? " item" : " items") + ", counted from 1.");
    }
    for (std::int64_t item = range.first; item <= range.last; item += range.step) {
      chosen.insert(static_cast<int>(item) - 1);
    }
  }
  std::vector<int> items;
  int position = 0;
  for (const int item : chosen) {
    if (position++ % selection.shards == selection.shard - 1) items.push_back(item);
  }
  return items;
}

int leave_unselected(const ItemSelection& selection, worker::RenderTask& task) {
  const std::vector<int> items = selected_items(selection, static_cast<int>(task.items.size()));
  for (worker::ItemTask& item : task.items) {
    if (!std::binary_search(items.begin(), items.end(), item.index)) {
      item.work = worker::ItemWork::Leave;
    }
  }
  return static_cast<int>(items.size());
}

}  // namespace tessera::launch
