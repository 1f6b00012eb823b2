#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "partition/extent.h"

namespace tessera::storage {

/// What a picture says about its making (`output.metadata`).
enum class MetadataMode { Full, RedactPrompt, None };

/// The making of one picture; texts are UTF-8.
struct PictureMetadata {
  std::string prompt;
  std::optional<std::string> negative_prompt;
  int steps = 0;
  std::string sampler;  ///< as readers expect it, e.g. "Euler"
  double guidance_scale = 0;
  std::uint64_t seed = 0;
  partition::Extent image;
  std::string model_hash;  ///< hexadecimal; the first 10 digits are shown
  std::string model_name;
  std::string version;  ///< of tessera, e.g. "0.1.0"
  std::string record;   ///< JSON object that `render --from` reproduces the picture from
  MetadataMode mode = MetadataMode::Full;
};

/// The text that many picture tools read:
///   PROMPT
///   Negative prompt: ...            (left out if there is none)
///   Steps: 50, Sampler: Euler, CFG scale: 7.5, Seed: 123, Size: WIDTHxHEIGHT, Model hash: ...,
///   Model: ..., Version: tessera 0.1.0                            (one line)
/// Values with a comma, colon, quote or line break are written as JSON text. With RedactPrompt only
/// the last line; with None empty.
std::string parameters_text(const PictureMetadata& metadata);

/// The record; with RedactPrompt without its members `prompt`, `negative_prompt` and `prompts_file`
/// at any depth; with None empty. \throws std::invalid_argument if the record has to be changed and
/// is not JSON.
std::string record_text(const PictureMetadata& metadata);

/// XMP packet that labels the picture as made by a trained model (IPTC DigitalSourceType
/// trainedAlgorithmicMedia) and names the program; with None empty.
std::string xmp_packet(const PictureMetadata& metadata);

}  // namespace tessera::storage
