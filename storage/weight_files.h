#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace tessera::storage {

/// The safetensors files of one component of a diffusers model.
struct WeightFiles {
  std::vector<std::filesystem::path> files;  ///< one, or the shards in the order of their names
  /// For the user, when neither the asked variant nor plain weights are there.
  std::optional<std::string> warning;
  /// Sharded: the file that the index names for each tensor; else empty.
  std::map<std::string, std::filesystem::path> file_of_tensor;
  /// Sharded: the index; else empty.
  std::filesystem::path index;

  /// The file that should hold the tensor, for messages and for the look-up in shards; the index if
  /// that names none.
  const std::filesystem::path& file_for(const std::string& tensor) const;
};

/// Finds the weights of a component: those of `variant`, else plain ones, else of any other variant
/// with a warning; of each the single file BASE[.VARIANT].safetensors, else the index
/// BASE.safetensors.index[.VARIANT].json or BASE[.VARIANT].safetensors.index.json.
/// \param component  folder, e.g. MODEL/unet.
/// \param base       "diffusion_pytorch_model" or "model".
/// \param variant    e.g. "fp16"; empty for plain weights.
/// \throws MissingFileError if there are none, or a shard is absent (with a tensor that it holds);
///         DataError for a damaged index, a shard name with separators, or .bin files alone.
WeightFiles weight_files(const std::filesystem::path& component, const std::string& base,
                         const std::string& variant);

}  // namespace tessera::storage
