#pragma once

#include <ATen/core/Tensor.h>

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/text/clip_text_encoder.h"
#include "model/text/clip_tokenizer.h"
#include "model/weights.h"

namespace tessera::model {

/// A tokenizer and the text tower that it feeds.
struct TextTower {
  ClipTokenizer tokenizer;
  ClipTextWeights weights;
};

/// What stands for a negative prompt that is not given.
enum class AbsentPrompt {
  Zeros,      ///< `force_zeros_for_empty_prompt` true, the default
  EmptyText,  ///< the encoded empty text
};

/// Both text towers of an SDXL-format model; immutable, any thread.
struct TextTowers {
  TextTower first;
  TextTower second;
  AbsentPrompt absent_prompt = AbsentPrompt::Zeros;
  std::vector<std::string> warnings;  ///< about the weight files that were taken
};

/// Loads `tokenizer`, `text_encoder`, `tokenizer_2`, `text_encoder_2` of a diffusers folder.
/// \throws storage::MissingFileError, storage::DataError.
TextTowers load_text_towers(const std::filesystem::path& model, TokenizerKind kind,
                            const WeightOpener& open);

/// Conditioning of one guidance half.
struct PromptEmbedding {
  at::Tensor context_1NC;   ///< [1, 77, C1 + C2]: both towers, joined on channels
  at::Tensor pooled_1P;     ///< pooled feature of the second tower
  at::Tensor input_ids_2N;  ///< [2, 77] int32: ids of both tokenizers; undefined for zeros
  std::string dropped;      ///< text beyond the last position; empty if everything fits
};

/// \throws storage::DataError if the prompt is not UTF-8 or towers and tokenizers do not match.
PromptEmbedding embed_prompt(const TextTowers& towers, std::string_view prompt);

/// The negative half: the encoded text, or what AbsentPrompt says for nullopt.
PromptEmbedding embed_negative(const TextTowers& towers,
                               const std::optional<std::string>& negative_prompt);

}  // namespace tessera::model
