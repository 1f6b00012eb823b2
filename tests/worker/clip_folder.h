#pragma once

#include <string>

#include "tests/worker/tiny_clip.h"

namespace tessera::testing {

/// The folder of a tiny video model, written once per process.
std::string tiny_video_folder();

/// tiny_clip_task() of that model with two stages.
worker::RenderTask tiny_clip_job(int ranks);

}  // namespace tessera::testing
