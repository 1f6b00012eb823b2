#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "storage/tensor_view.h"

namespace tessera::storage {

/// SHA-256 of what was added so far. One object per thread.
class ContentDigest {
 public:
  ContentDigest();
  ~ContentDigest();
  ContentDigest(ContentDigest&&) noexcept;
  ContentDigest& operator=(ContentDigest&&) noexcept;

  void add(std::span<const std::byte> bytes);
  void add(std::string_view text);
  /// Name, dtype, shape and bytes, each delimited so that no two tensors give the same stream.
  void add(const TensorView& tensor);
  /// 64 lower-case hexadecimal digits. Call once, last.
  std::string hex();

 private:
  struct Context;
  std::unique_ptr<Context> context_;
};

/// 64 lower-case hexadecimal digits.
std::string digest_of_text(std::string_view text);
/// \throws MissingFileError, DataError if it is not a regular file, IoError.
std::string digest_of_file(const std::filesystem::path& path);

}  // namespace tessera::storage
