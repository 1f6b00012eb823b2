#pragma once

#include <optional>
#include <string>

namespace CLI {
class App;
}

namespace tessera::launch {

/// What `tessera convert` is asked for.
struct ConvertRequest {
  std::string source;
  std::string destination;
  std::optional<std::string> config_file;  ///< VideoCrafter's YAML
  std::optional<std::string> text_config;  ///< OpenCLIP's JSON
  std::optional<std::string> tokenizer;    ///< folder
};

/// Adds the command `convert` with its options, which fill `request`, to the grammar of the
/// program.
CLI::App* add_convert_command(CLI::App& app, ConvertRequest& request);

}  // namespace tessera::launch
