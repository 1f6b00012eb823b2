#pragma once

#include "configs/prompt_config.h"
#include "configs/value_codec.h"

namespace tessera::configs {

/// A text, or a map with the field `prompt` and any of the others of PromptConfig. Written as a
/// text where nothing else is set. Besides BadValue, `read` throws ConfigError with the place of a
/// field that is unknown (and the nearest known one), missing or has a value that it does not take.
ValueCodec<PromptConfig> prompt_entry();

}  // namespace tessera::configs
