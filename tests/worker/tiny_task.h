#pragma once

#include "worker/render_task.h"

namespace tessera::testing {

/// Folder of the tiny random SDXL-format model under tests/goldens.
std::string parity_model_directory();

/// A small render of the parity model in `paper` mode, 128 x 128 -> 256 x 256, two steps, the
/// second stage with the last one only: scale fusion, dilation, detail blend and the full-frame
/// autoencoder.
worker::RenderTask tiny_task(int ranks);

/// Lets the task begin with a ramp of 128 x 128 pixels, written to this PNG file.
/// \param strength  0 replaces stage 0; otherwise it runs all steps but the first.
void start_from_ramp(worker::RenderTask& task, const std::string& png, double strength);

/// The task with other sizes: latents, blocks and strips follow.
void set_sizes(worker::RenderTask& task, const std::vector<partition::Extent>& images);

}  // namespace tessera::testing
