#pragma once

#include <ATen/core/Tensor.h>

#include <vector>

#include "model/unet/step_context.h"

namespace tessera::model {

/// Share of the second prompt in every frame of a clip that goes from one prompt to another
/// (FreeNoise): 0 in the first L = floor(3 F / 8) frames, 1 in the last L, linear from 0 to 1 over
/// the frames between.
std::vector<float> second_prompt_shares(int frames);

/// Context of every frame, a + share (b - a), [T, N, C].
at::Tensor blend_contexts(const at::Tensor& first_1NC, const at::Tensor& second_1NC,
                          const std::vector<float>& shares);

/// Keys and values of a clip of two prompts at a step: in steps below 5 and above 15 the down and
/// middle blocks see the second prompt alone (FreeNoise, in absolute numbers of steps).
/// \param blended  VideoUnet::project_text of the blended contexts; \param second  of the second
/// prompt. \param before_up  VideoUnet::attentions_before_up.
std::vector<KeyValue> two_prompt_cross(const std::vector<KeyValue>& blended,
                                       const std::vector<KeyValue>& second, std::size_t before_up,
                                       int step);

}  // namespace tessera::model
