#pragma once

#include <string>

namespace tessera::launch {

/// What the user reads: one line per message on the standard error, results on the standard output.
/// Only rank 0 talks; on other ranks every member but last_words() does nothing. Main thread.
class Console {
 public:
  enum class Color { Auto, Always, Never };
  enum class Loudness { Quiet, Normal };  ///< Quiet: neither notes nor warnings

  Console(int rank, Color color, Loudness loudness);

  /// "tessera: error: TEXT"
  void error(const std::string& text);
  /// "tessera: warning: TEXT"; the same text is shown once.
  void warning(const std::string& text);
  /// "tessera: TEXT"
  void note(const std::string& text);
  /// A line on the standard output. \throws storage::IoError if it cannot be written.
  void result(const std::string& line);
  /// Progress: raw text on the standard error, flushed.
  void progress(const std::string& text);

  /// "tessera: error: [rN] TEXT" from any rank: it is about to abort the job and cannot reach rank
  /// 0 any more. Not again what error() has just shown.
  void last_words(const std::string& text);

  bool talks() const { return rank_ == 0; }
  bool on_terminal() const { return on_terminal_; }  ///< the standard error is one
  bool quiet() const { return loudness_ == Loudness::Quiet; }

 private:
  void line(const char* kind, const char* color, const std::string& text);

  int rank_;
  Loudness loudness_;
  bool on_terminal_;
  bool colored_;
  std::string shown_warnings_;
  std::string shown_error_;  ///< the last one
};

}  // namespace tessera::launch
