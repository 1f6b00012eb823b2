#pragma once

#include <string>
#include <vector>

#include "worker/render_task.h"

namespace tessera::launch {

/// Which items of a run are rendered: `--items` and `--shard`. Their numbers, seeds and file names
/// are those of the whole run.
struct ItemSelection {
  /// Items first, first + step, ... up to last, counted from 1.
  struct Range {
    int first = 1;
    int last = 1;
    int step = 1;

    bool operator==(const Range&) const = default;
  };

  std::vector<Range> ranges;  ///< empty: all items
  int shard = 1;              ///< 1 .. shards: of the chosen items every `shards`-th
  int shards = 1;

  bool takes_all() const { return ranges.empty() && shards == 1; }
};

/// `1-10,20-40:2`: numbers and ranges, of which a step may thin one out. \throws UsageError.
std::vector<ItemSelection::Range> parse_items(const std::string& text);

/// Sets shard and shards from `I/N`. \throws UsageError.
void parse_shard(const std::string& text, ItemSelection& selection);

/// The chosen of `count` items, counted from 0, ascending, each once. \throws UsageError for a
/// range that ends beyond `count`, naming both.
std::vector<int> selected_items(const ItemSelection& selection, int count);

/// Marks the items that are not chosen as left. Pure, so every rank does it alike. Returns how many
/// are chosen. \throws UsageError as selected_items().
int leave_unselected(const ItemSelection& selection, worker::RenderTask& task);

}  // namespace tessera::launch
