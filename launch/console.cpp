#include "launch/console.h"

#include <unistd.h>

#include <iostream>

#include "launch/environment.h"
#include "storage/storage_error.h"

namespace tessera::launch {
namespace {

constexpr const char* kRed = "\033[31m";
constexpr const char* kYellow = "\033[33m";
constexpr const char* kPlain = "\033[0m";

/// Messages are one line each, whatever a library put into them.
std::string on_one_line(std::string text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.pop_back();
  for (char& letter : text) {
    if (letter == '\n' || letter == '\r') letter = ' ';
  }
  return text;
}

bool wants_color(Console::Color color, bool on_terminal) {
  if (color != Console::Color::Auto) return color == Console::Color::Always;
  const bool refused = !variable("NO_COLOR").value_or("").empty();
  return on_terminal && !refused;
}

}  // namespace

Console::Console(int rank, Color color, Loudness loudness)
    : rank_(rank),
      loudness_(loudness),
      on_terminal_(isatty(STDERR_FILENO) == 1),
      colored_(wants_color(color, on_terminal_)) {}

void Console::line(const char* kind, const char* color, const std::string& text) {
  std::string whole = "tessera: ";
  if (*kind != '\0') {
    whole += std::string(colored_ ? color : "") + kind + ":" + (colored_ ? kPlain : "") + " ";
  }
  std::cerr << whole + on_one_line(text) + "\n" << std::flush;
}

void Console::error(const std::string& text) {
  if (!talks()) return;
  shown_error_ = text;
  line("error", kRed, text);
}

void Console::warning(const std::string& text) {
  if (!talks() || quiet()) return;
  const std::string entry = "\n" + text + "\n";
  if (shown_warnings_.find(entry) != std::string::npos) return;
  shown_warnings_ += entry;
  line("warning", kYellow, text);
}

void Console::note(const std::string& text) {
  if (talks() && !quiet()) line("", kPlain, text);
}

void Console::result(const std::string& text) {
  if (!talks()) return;
  std::cout << text << std::endl;
  if (!std::cout)
    throw storage::IoError("the standard output cannot be written; is its disk full?");
}

void Console::progress(const std::string& text) {
  if (talks()) std::cerr << text << std::flush;
}

void Console::last_words(const std::string& text) {
  if (text == shown_error_) return;
  line("error", kRed, rank_ == 0 ? text : "[r" + std::to_string(rank_) + "] " + text);
}

}  // namespace tessera::launch
