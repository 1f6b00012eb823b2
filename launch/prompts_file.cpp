#include "launch/prompts_file.h"

#include <algorithm>
#include <map>
#include <string_view>
#include <utility>

#include "configs/config_error.h"
#include "configs/config_yaml.h"
#include "launch/csv_reader.h"
#include "launch/json_lines.h"
#include "storage/text_file.h"
#include "storage/unicode_text.h"

namespace tessera::launch {
namespace {

using configs::ConfigError;
using configs::ConfigPlace;
using configs::ConfigValue;

constexpr std::uint64_t kLargestFile = 10'000'000;  // bytes
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
constexpr std::string_view kBlanks = " \t\r";

/// Calls `take` with every line and its number.
template <typename Take>
void for_each_line(std::string_view text, const Take& take) {
  for (int number = 1; !text.empty(); ++number) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    take(text.substr(0, end), number);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
}

void check_encoding(std::string_view text, const std::string& source) {
  for_each_line(text, [&](std::string_view line, int number) {
    if (storage::utf8_of(storage::code_points(line)) == line) return;
    throw ConfigError(ConfigPlace{source, number, 0}.text() +
                      ": this line is not UTF-8. Convert the file.");
  });
}

std::vector<ConfigValue> text_lines(std::string_view text, const std::string& source) {
  std::vector<ConfigValue> prompts;
  for_each_line(text, [&](std::string_view line, int number) {
    const std::size_t begin = line.find_first_not_of(kBlanks);
    if (begin == std::string_view::npos || line[begin] == '#') return;
    line = line.substr(begin, line.find_last_not_of(kBlanks) - begin + 1);
    prompts.push_back(ConfigValue::scalar(std::string(line), ConfigValue::Style::Quoted));
    prompts.back().place = {source, number, static_cast<int>(begin) + 1};
  });
  return prompts;
}

/// A cell as a word: the field decides whether it is a number or a text.
ConfigValue::Entry entry_of(const CsvCell& name, const CsvCell& cell) {
  ConfigValue value = ConfigValue::scalar(cell.text, ConfigValue::Style::Plain);
  value.place = cell.place;
  return {name.text, name.place, std::move(value)};
}

void check_header(const std::vector<CsvCell>& names) {
  for (auto name = names.begin(); name != names.end(); ++name) {
    const auto same = [&](const CsvCell& other) { return other.text == name->text; };
    if (std::find_if(names.begin(), name, same) != name) {
      throw ConfigError(name->place.text() + ": column \"" + name->text +
                        "\" comes twice. Remove one of them.");
    }
  }
}

ConfigValue map_of(const std::vector<CsvCell>& names, const std::vector<CsvCell>& cells) {
  if (cells.size() != names.size()) {
    throw ConfigError(cells.front().place.text() + ": this record has " +
                      std::to_string(cells.size()) + " cells, the first one has " +
                      std::to_string(names.size()) +
                      ". A cell with a comma has to stand in double quotes.");
  }
  ConfigValue map;
  map.form = ConfigValue::Form::Map;
  map.place = cells.front().place;
  for (std::size_t k = 0; k < cells.size(); ++k) {
    if (!cells[k].text.empty()) map.entries.push_back(entry_of(names[k], cells[k]));
  }
  return map;
}

std::vector<ConfigValue> csv_records(std::string_view text, const std::string& source) {
  const std::vector<std::vector<CsvCell>> records = read_csv(text, source);
  std::vector<ConfigValue> prompts;
  if (records.empty()) return prompts;
  check_header(records.front());
  for (auto cells = records.begin() + 1; cells != records.end(); ++cells) {
    prompts.push_back(map_of(records.front(), *cells));
  }
  return prompts;
}

std::vector<ConfigValue> yaml_list(std::string_view text, const std::string& source) {
  ConfigValue document = configs::parse_yaml(std::string(text), source);
  if (document.form == ConfigValue::Form::Map && document.entries.empty()) return {};
  if (document.form != ConfigValue::Form::List) {
    throw ConfigError(document.place.text() +
                      ": expected a list of prompts, as in `- {prompt: a lighthouse, seed: 7}`.");
  }
  return std::move(document.items);
}

using ReadEntries = std::vector<ConfigValue> (*)(std::string_view, const std::string&);

ReadEntries reader_of(const std::filesystem::path& file) {
  static const std::map<std::string, ReadEntries> readers{{".txt", text_lines},
                                                          {".jsonl", read_json_lines},
                                                          {".csv", csv_records},
                                                          {".yaml", yaml_list}};
  const auto found = readers.find(file.extension().string());
  if (found != readers.end()) return found->second;
  throw ConfigError("prompts_file: \"" + file.string() +
                    "\" is not allowed. Allowed: a file with the ending .txt, .jsonl, .csv or "
                    ".yaml.");
}

}  // namespace

ConfigValue read_prompts(const std::filesystem::path& file) {
  const ReadEntries read = reader_of(file);
  std::string text = storage::read_text(file, kLargestFile);
  if (text.starts_with(kByteOrderMark)) text.erase(0, kByteOrderMark.size());
  check_encoding(text, file.string());
  ConfigValue prompts = ConfigValue::list(read(text, file.string()));
  prompts.place = {file.string(), 1, 0};
  if (prompts.items.empty()) {
    throw ConfigError("prompts_file: \"" + file.string() + "\" holds no prompt.");
  }
  return prompts;
}

}  // namespace tessera::launch
