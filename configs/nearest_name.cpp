#include "configs/nearest_name.h"

#include <algorithm>
#include <vector>

namespace tessera::configs {

int edit_distance(std::string_view a, std::string_view b) {
  // Optimal string alignment: rows i - 2, i - 1 and i of the table of prefixes.
  const std::size_t width = b.size() + 1;
  std::vector<int> before_last(width);
  std::vector<int> last(width);
  std::vector<int> row(width);
  for (std::size_t j = 0; j < width; ++j) row[j] = static_cast<int>(j);
  for (std::size_t i = 1; i <= a.size(); ++i) {
    before_last.swap(last);
    last.swap(row);
    row[0] = static_cast<int>(i);
    for (std::size_t j = 1; j < width; ++j) {
      const int replaced = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      row[j] = std::min({replaced, last[j] + 1, row[j - 1] + 1});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        row[j] = std::min(row[j], before_last[j - 2] + 1);
      }
    }
  }
  return row.back();
}

std::string nearest_name(std::string_view wrong, std::span<const std::string> names) {
  std::string nearest;
  int least = std::max(2, static_cast<int>(wrong.size()) / 3) + 1;
  for (const std::string& name : names) {
    const int distance = edit_distance(wrong, name);
    if (distance < least) {
      least = distance;
      nearest = name;
    }
  }
  return nearest;
}

}  // namespace tessera::configs
