#pragma once

#include <filesystem>
#include <map>
#include <span>
#include <string>

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

}  // namespace tessera::storage
