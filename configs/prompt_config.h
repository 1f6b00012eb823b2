#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace tessera::configs {

/// One entry of the key `prompt`: a text, and what counts for its pictures instead of the keys of
/// the job. An empty optional leaves the key of the job.
struct PromptConfig {
  /// Empty: zero embedding.
  using NegativePrompt = std::optional<std::string>;

  std::string text{};  ///< field prompt
  std::optional<NegativePrompt> negative_prompt{};
  std::optional<std::int64_t> seed{};  ///< of its first picture; the j-th has seed + j
  std::optional<std::string> image{};  ///< init.image; "": none
  std::optional<std::string> mask{};   ///< init.mask; "": none
  std::optional<double> strength{};    ///< init.strength

  bool operator==(const PromptConfig&) const = default;
};

}  // namespace tessera::configs
