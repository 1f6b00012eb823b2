#pragma once

#include <memory>
#include <string>

namespace tessera::storage {

/// While it lives, HDF5 prints no errors of this thread; their text goes into ours.
class H5ErrorScope {
 public:
  H5ErrorScope();
  /// Restores what was set before.
  ~H5ErrorScope();
  H5ErrorScope(const H5ErrorScope&) = delete;
  H5ErrorScope& operator=(const H5ErrorScope&) = delete;

  /// What the last failed call said: what it was about and the innermost cause, e.g. "unable to
  /// open file: bad object header". "no reason given" if there is no error.
  static std::string reason();

 private:
  struct Saved;
  std::unique_ptr<Saved> saved_;
};

}  // namespace tessera::storage
