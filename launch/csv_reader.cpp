#include "launch/csv_reader.h"

#include "configs/config_error.h"

namespace tessera::launch {
namespace {

using configs::ConfigError;
using configs::ConfigPlace;

class Reader {
 public:
  Reader(std::string_view text, const std::string& source) : rest_(text), here_{source, 1, 1} {}

  std::vector<std::vector<CsvCell>> records() {
    std::vector<std::vector<CsvCell>> all;
    while (!rest_.empty()) {
      std::vector<CsvCell> cells = record();
      if (cells.size() > 1 || !cells.front().text.empty()) all.push_back(std::move(cells));
    }
    return all;
  }

 private:
  std::vector<CsvCell> record() {
    std::vector<CsvCell> cells{cell()};
    while (at(',')) {
      take();
      cells.push_back(cell());
    }
    if (!rest_.empty()) take();  // the line break
    return cells;
  }

  CsvCell cell() {
    while (at(' ') || at('\t')) take();
    CsvCell cell{"", here_};
    cell.text = at('"') ? quoted() : plain();
    return cell;
  }

  std::string plain() {
    std::string text;
    while (!at_end_of_cell()) {
      if (at('"')) {
        fail(here_, "a quote inside a cell. Put the whole cell into quotes and double the quote.");
      }
      text += take();
    }
    text.erase(text.find_last_not_of(" \t") + 1);
    return text;
  }

  std::string quoted() {
    const ConfigPlace begin = here_;
    std::string text;
    take();
    while (true) {
      if (rest_.empty()) fail(begin, "this quote is never closed.");
      if (at_line_break()) {
        take();
        text += '\n';
      } else if (const char letter = take(); letter != '"') {
        text += letter;
      } else if (at('"')) {
        text += take();
      } else {
        break;
      }
    }
    while (at(' ') || at('\t')) take();
    if (!at_end_of_cell()) {
      fail(here_, "text after the closing quote. Double the quotes inside a cell.");
    }
    return text;
  }

  bool at(char letter) const { return rest_.starts_with(letter); }
  bool at_line_break() const { return at('\n') || rest_.starts_with("\r\n"); }
  bool at_end_of_cell() const { return rest_.empty() || at(',') || at_line_break(); }

  /// The next letter; the two of CRLF are one.
  char take() {
    if (at_line_break()) {
      rest_.remove_prefix(at('\n') ? 1 : 2);
      ++here_.line;
      here_.column = 1;
      return '\n';
    }
    const char letter = rest_.front();
    rest_.remove_prefix(1);
    ++here_.column;
    return letter;
  }

  [[noreturn]] static void fail(const ConfigPlace& place, const std::string& what) {
    throw ConfigError(place.text() + ": " + what);
  }

  std::string_view rest_;
  ConfigPlace here_;
};

}  // namespace

std::vector<std::vector<CsvCell>> read_csv(std::string_view text, const std::string& source) {
  return Reader(text, source).records();
}

}  // namespace tessera::launch
