#pragma once

#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <string>

namespace tessera::testing {

/// A path in the temporary folder that nothing else uses; what lies there is removed at the end.
class ScratchFile {
 public:
  explicit ScratchFile(const std::string& suffix) {
    static std::atomic<int> next{0};
    path_ =
        (std::filesystem::temp_directory_path() / ("tessera-worker-" + std::to_string(::getpid()) +
                                                   "-" + std::to_string(next++) + "-" + suffix))
            .string();
  }
  ~ScratchFile() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  ScratchFile(const ScratchFile&) = delete;
  ScratchFile& operator=(const ScratchFile&) = delete;

  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

}  // namespace tessera::testing
