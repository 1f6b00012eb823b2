#pragma once

#include <filesystem>

namespace tessera::testing {

/// Writes the folder of a video model as `tessera convert` makes it: four levels of VideoCrafter2's
/// shape, 32 channels wide, with one residual block each, and made-up weights that keep latents
/// finite. About 8 MB. \param tokenizer  folder of vocab.json and merges.txt, which are copied.
void write_tiny_video_model(const std::filesystem::path& folder,
                            const std::filesystem::path& tokenizer);

}  // namespace tessera::testing
