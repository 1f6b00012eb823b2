#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "storage/tensor_view.h"

namespace tessera::storage {

/// A safetensors file, memory mapped read-only and fully validated when opened.
///
/// Views stay valid as long as any copy of the object lives. Copies share the mapping; const access
/// from any thread.
class SafetensorsFile {
 public:
  /// \throws MissingFileError if there is no such file; DataError naming file, key and values for a
  ///         truncated file, a header over 100 MB or not JSON, an unknown dtype, a duplicate name,
  ///         offsets that overlap, overflow, leave the file or do not cover it, or sizes that do
  ///         not match shape x dtype.
  static SafetensorsFile open(const std::filesystem::path& path);

  const std::filesystem::path& path() const;
  /// Nullptr when the file has no tensor of that name.
  const TensorView* find(const std::string& name) const;
  const std::map<std::string, TensorView>& tensors() const;
  const std::map<std::string, std::string>& metadata() const;

 private:
  struct Contents;
  explicit SafetensorsFile(std::shared_ptr<const Contents> contents);
  std::shared_ptr<const Contents> contents_;
};

}  // namespace tessera::storage
