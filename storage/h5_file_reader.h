#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "storage/tensor_view.h"

namespace tessera::storage {

/// Reads named datasets and attributes of an HDF5 file of known form. Form, type and size are
/// checked before anything is read, and nothing larger than the file is ever allocated. All members
/// throw DataError naming file, place and both values. Used from one thread.
class H5FileReader {
 public:
  explicit H5FileReader(std::filesystem::path file);
  ~H5FileReader();
  H5FileReader(const H5FileReader&) = delete;
  H5FileReader& operator=(const H5FileReader&) = delete;

  /// Attributes of a group: texts of at most 64 KiB, integers of any width that fit.
  std::string text_attribute(std::string_view group, std::string_view name) const;
  std::int64_t integer_attribute(std::string_view group, std::string_view name) const;
  std::uint64_t unsigned_attribute(std::string_view group, std::string_view name) const;

  /// The sides of a dataset of that type and number of dimensions.
  std::vector<std::int64_t> shape(const std::string& path, Dtype dtype, std::size_t rank) const;
  /// Its values, row-major. \param target  as many bytes as type and shape() make.
  void read(const std::string& path, Dtype dtype, std::span<std::byte> target) const;

 private:
  struct Handles;
  [[noreturn]] void fail(std::string_view place, const std::string& what) const;
  template <typename Integer>
  Integer whole_number(std::string_view group, std::string_view name) const;

  std::filesystem::path file_;
  std::uint64_t file_bytes_ = 0;
  std::unique_ptr<Handles> handles_;
};

}  // namespace tessera::storage
