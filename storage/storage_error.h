#pragma once

#include <stdexcept>
#include <string>

namespace tessera::storage {

/// Files that are damaged or of the wrong form (exit code 65).
class DataError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// A file that should be there is not (exit code 66).
class MissingFileError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// An output exists, or cannot be created (exit code 73).
class CannotCreateError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Another process works in the run directory (exit code 2).
class LockedError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// A pattern of file names that cannot be used (exit code 2).
class NamePatternError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Reading or writing failed on the way (exit code 74).
class IoError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// The system has no memory for a file that is mapped (exit code 71).
class OutOfMemoryError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace tessera::storage
