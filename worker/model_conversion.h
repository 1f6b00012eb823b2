#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>

namespace tessera::worker {

/// What a file beside the weights says about the model, by dotted path; items of lists joined by
/// commas.
struct StatedFile {
  std::string file;  ///< for messages
  std::map<std::string, std::string> values;
};

/// A checkpoint of VideoCrafter2 and the folder that it becomes.
struct ModelConversion {
  std::filesystem::path source;            ///< `.ckpt` of torch.save, plain or DeepSpeed
  std::filesystem::path destination;       ///< made if it is not there
  std::optional<StatedFile> model_config;  ///< VideoCrafter's YAML
  std::optional<StatedFile> text_config;   ///< OpenCLIP's JSON
  /// Folder of vocab.json and merges.txt, which are copied.
  std::optional<std::filesystem::path> tokenizer;
};

struct ConversionReport {
  std::filesystem::path weights;
  std::size_t tensors = 0;
  std::size_t dropped = 0;  ///< known tensors that carry no weight of the computation
  std::uint64_t bytes = 0;  ///< of the weights
};

/// Writes `model.safetensors`, `config.json` and the tokenizer's files (docs/video_models.md).
///
/// The pickle is read as data; nothing of it is ever imported or called. Names and elements of the
/// tensors stay as they are. The weights are read twice, from the mapping: for their checksums,
/// then tensor after tensor, so memory holds one tensor at most. Every file appears complete or not
/// at all, config.json last. \throws storage::MissingFileError; storage::DataError naming file and
/// fault: as TorchCheckpoint, a
///         tensor that is missing, unknown or of another shape, a size that the stated files
///         contradict; storage::CannotCreateError if one of the files is there already; IoError.
ConversionReport convert_model(const ModelConversion& conversion);

}  // namespace tessera::worker
