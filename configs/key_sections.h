#pragma once

#include <vector>

#include "configs/config_key.h"

namespace tessera::configs {

/// The parts of config_keys(), in its order.
std::vector<ConfigKey> job_keys();          ///< version, name, kind, preset
std::vector<ConfigKey> prompt_keys();       ///< prompt, prompts_file, negative_prompt, seed, ...
std::vector<ConfigKey> model_keys();        ///< model.*
std::vector<ConfigKey> sampling_keys();     ///< sampling.*
std::vector<ConfigKey> cascade_keys();      ///< cascade.*: sizes and restart
std::vector<ConfigKey> blend_keys();        ///< cascade.*: from one stage to the next
std::vector<ConfigKey> method_keys();       ///< method.*: name, mode, when it acts
std::vector<ConfigKey> attention_keys();    ///< method.*: details of the mode
std::vector<ConfigKey> picture_keys();      ///< vae.*, init.*
std::vector<ConfigKey> video_keys();        ///< video.*
std::vector<ConfigKey> distributed_keys();  ///< distributed.*
std::vector<ConfigKey> checkpoint_keys();   ///< checkpoint.*
std::vector<ConfigKey> output_keys();       ///< output.*
std::vector<ConfigKey> message_keys();      ///< log.*, progress

}  // namespace tessera::configs
