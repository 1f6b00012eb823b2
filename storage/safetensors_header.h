#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "storage/tensor_view.h"

namespace tessera::storage {

/// The JSON header of a safetensors file:
/// {"NAME": {"dtype": "F32", "shape": [2,3], "data_offsets": [BEGIN, END]}, ...,
///  "__metadata__": {"KEY": "text"}}, offsets in bytes from the end of the header.
struct SafetensorsHeader {
  struct Entry {
    std::string name;
    Dtype dtype = Dtype::F32;
    std::vector<std::int64_t> shape;
    std::uint64_t begin = 0;
    std::uint64_t end = 0;
  };
  std::vector<Entry> entries;  ///< in the order of the header
  std::map<std::string, std::string> metadata;
};

/// Reads the header alone; the offsets are not compared with anything.
/// \param file  for messages.
/// \throws DataError for anything but the form above: other nesting, members or types, a negative
/// or
///         fractional number, an unknown dtype, a name or member that appears twice or is missing.
SafetensorsHeader parse_safetensors_header(std::string_view json,
                                           const std::filesystem::path& file);

/// "FILE: tensor "NAME" WHAT"
std::string tensor_message(const std::filesystem::path& file, std::string_view name,
                           std::string_view what);

}  // namespace tessera::storage
