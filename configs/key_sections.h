#pragma once

#include <vector>

#include "configs/config_key.h"

namespace tessera::configs {

/// The parts of config_keys(), one source file each (sampling and cascade share one).
std::vector<ConfigKey> job_keys();          ///< version, name, prompt, seed, ...
std::vector<ConfigKey> model_keys();        ///< model.*
std::vector<ConfigKey> sampling_keys();     ///< sampling.*
std::vector<ConfigKey> cascade_keys();      ///< cascade.*
std::vector<ConfigKey> method_keys();       ///< method.*
std::vector<ConfigKey> picture_keys();      ///< vae.*, init.*
std::vector<ConfigKey> distributed_keys();  ///< distributed.*
std::vector<ConfigKey> output_keys();       ///< output.*, log.*, progress

}  // namespace tessera::configs
