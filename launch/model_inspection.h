#pragma once

#include <filesystem>
#include <string>

#include "launch/inspection_depth.h"

namespace tessera::launch {

/// The headers of a safetensors file as a JSON object: tensors, parameters, types, metadata.
/// Everything: also the file's SHA-256. \throws storage errors.
std::string inspect_weights(const std::filesystem::path& file, InspectionDepth depth);

/// The same of a file of torch.save (`.ckpt`), from its pickle, which is read as data: no weights
/// are read, and nothing is executed. Everything: also every checksum and the file's SHA-256.
/// \throws storage errors.
std::string inspect_torch_checkpoint(const std::filesystem::path& file, InspectionDepth depth);

/// The same of every safetensors file below a model folder, with their sums, and the config.json of
/// a converted model.
/// \throws storage errors; DataError if there are none.
std::string inspect_model(const std::filesystem::path& folder, InspectionDepth depth);

}  // namespace tessera::launch
