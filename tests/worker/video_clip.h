#pragma once

#include <filesystem>

#include "tests/worker/clip_sampler.h"

namespace tessera::testing {

VideoCase case_t2v();
VideoCase case_freenoise();

/// Tensors of a safetensors file, copied.
NamedTensors read_tensors(const std::filesystem::path& file);

/// Samples a case without any rank: WholeImageOps.
NamedTensors sample_whole(const model::VideoModel& model, const VideoCase& video,
                          const NamedTensors& injected);

/// Samples a case on `ranks` ranks as threads: guidance halves for an even number, strips of rows
/// in each, as many as there are blocks of 8 latent rows.
NamedTensors sample_on_ranks(const model::VideoModel& model, const VideoCase& video,
                             const NamedTensors& injected, int ranks);

}  // namespace tessera::testing
