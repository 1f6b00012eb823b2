#pragma once

#include "worker/render_task.h"

namespace tessera::testing {

/// Folder of the tiny random SDXL-format model under tests/goldens.
std::string parity_model_directory();

/// A small render of the parity model in `paper` mode, 128 x 128 -> 256 x 256, two steps, the
/// second stage with the last one only: scale fusion, dilation, detail blend and the full-frame
/// autoencoder.
worker::RenderTask tiny_task(int ranks);

/// The task with other sizes: latents, blocks and strips follow.
void set_sizes(worker::RenderTask& task, const std::vector<partition::Extent>& images);

}  // namespace tessera::testing
