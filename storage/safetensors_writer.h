#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "storage/tensor_view.h"

namespace tessera::storage {

/// Writes a safetensors file in one step (AtomicFile), tensor after tensor, without a copy of the
/// data.
///
/// Tensors lie by falling element size, then by name, and the header is padded to 8 bytes, so every
/// tensor is aligned to its elements and equal content gives equal bytes.
/// \param tensors   any order; names are unique and not "__metadata__".
/// \param metadata  UTF-8.
/// \throws std::invalid_argument for a repeated or reserved name, text that is not UTF-8, or bytes
/// that
///         do not fit dtype and shape; CannotCreateError, IoError. Nothing is left behind on
///         failure.
void write_safetensors(const std::filesystem::path& path, std::span<const TensorView> tensors,
                       const std::map<std::string, std::string>& metadata);

/// A tensor without its elements.
struct TensorForm {
  std::string name;
  Dtype dtype = Dtype::F32;
  std::vector<std::int64_t> shape;
};

/// The elements of the tensor at an index of `forms`, valid until the next call.
using TensorBytes = std::function<std::span<const std::byte>(std::size_t index)>;

/// The same for tensors that do not lie in memory together: `bytes_of` is asked for one after the
/// other, in the order of the file. \throws also what `bytes_of` throws.
void write_safetensors(const std::filesystem::path& path, std::span<const TensorForm> forms,
                       const TensorBytes& bytes_of,
                       const std::map<std::string, std::string>& metadata);

}  // namespace tessera::storage
