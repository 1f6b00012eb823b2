#include "launch/existing_items.h"

#include <algorithm>
#include <sstream>
#include <string>

namespace tessera::launch {
namespace {

/// Item numbers with spaces between them, for the broadcast.
std::string to_text(const std::vector<int>& items) {
  std::string text;
  for (const int item : items) text += std::to_string(item) + " ";
  return text;
}

}  // namespace

int leave_complete_items(const RunOutputs* outputs, PreparedRender& render,
                         StartupExchange& startup, const RankLog& log, Console& console) {
  std::istringstream complete(
      startup.text_of_root([&] { return to_text(outputs->complete_items()); }));
  std::vector<worker::ItemTask>& items = render.plan.task.items;
  for (std::size_t item = 0; complete >> item;) {
    if (items.at(item).work == worker::ItemWork::Leave) continue;
    items[item].work = worker::ItemWork::Leave;
    const std::string told = "item " + std::to_string(item) + " (seed " +
                             std::to_string(items[item].seed) +
                             ") is not rendered: its pictures are there";
    console.note(told);
    log.info(told);
  }
  return static_cast<int>(std::count_if(
      items.begin(), items.end(),
      [](const worker::ItemTask& item) { return item.work == worker::ItemWork::Render; }));
}

}  // namespace tessera::launch
