#pragma once

#include <map>
#include <string>

#include "model/video/video_model_config.h"

namespace tessera::model {

/// What a file beside the weights says about the model.
struct StatedFacts {
  std::string file;  ///< for messages
  /// By dotted path, as in "model.params.scale_factor"; items of lists joined by commas.
  std::map<std::string, std::string> values;
};

/// Takes from VideoCrafter's YAML what no shape tells (scale factor, schedule, temporal length) and
/// compares what shapes do tell. Facts that it does not know do not matter for the numbers.
/// \throws storage::DataError naming file, key and both values for a size that differs, for a value
///         that is no number and for a variant of the networks that is not supported.
void apply_model_facts(VideoModelConfig& config, const StatedFacts& yaml);

/// The same with OpenCLIP's JSON (`text_cfg`), which tells the number of heads.
void apply_text_facts(VideoModelConfig& config, const StatedFacts& json);

}  // namespace tessera::model
