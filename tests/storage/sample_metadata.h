#pragma once

#include "storage/picture_metadata.h"

namespace tessera::storage {

inline PictureMetadata sample_metadata() {
  PictureMetadata metadata;
  metadata.prompt = "a lighthouse, at dusk";
  metadata.negative_prompt = "blurry";
  metadata.steps = 50;
  metadata.sampler = "Euler";
  metadata.guidance_scale = 7.5;
  metadata.seed = 123;
  metadata.image = {1024, 2048};
  metadata.model_hash = "abcdef1234567890";
  metadata.model_name = "demo_model";
  metadata.version = "0.1.0";
  metadata.record =
      R"({"prompt":"a lighthouse","sampling":{"steps":50},"items":[{"negative_prompt":"blurry"}]})";
  return metadata;
}

}  // namespace tessera::storage
