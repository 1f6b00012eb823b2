#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace tessera::configs {

/// All that a configuration is read from, as text: collected on rank 0, parsed by every rank.
struct ConfigSources {
  struct Document {
    std::string name;  ///< for messages
    std::string text;  ///< YAML

    bool operator==(const Document&) const = default;
  };
  /// One key set by an option or a variable.
  struct Setting {
    std::string key;
    std::vector<std::string> texts;  ///< one per occurrence; keys that take one value use the last
    std::string place;               ///< "--cosine-scale", "TESSERA_SEED"

    bool operator==(const Setting&) const = default;
  };

  std::vector<Setting> options;
  std::vector<Setting> environment;
  std::optional<Document> picture;  ///< record of a picture: only keys that change pictures count
  std::optional<Document> file;
  std::optional<Document> prompts;         ///< of prompts_file, as a value of the key prompt
  std::optional<int> height;               ///< of the last stage, pixels
  std::optional<int> width;                ///< of the last stage, pixels
  std::optional<std::int64_t> drawn_seed;  ///< replaces the seed -1

  bool operator==(const ConfigSources&) const = default;
};

/// A text for the broadcast from rank 0, and back.
std::string sources_to_text(const ConfigSources& sources);
/// \throws std::invalid_argument for a text that sources_to_text() did not make.
ConfigSources sources_from_text(const std::string& text);

}  // namespace tessera::configs
