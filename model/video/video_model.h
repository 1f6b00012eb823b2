#pragma once

#include <filesystem>

#include "model/text/prompt_embedding.h"
#include "model/vae/vae_decoder.h"
#include "model/vae/vae_encoder.h"
#include "model/video/video_model_config.h"
#include "model/video/video_unet.h"

namespace tessera::model {

/// A converted VideoCrafter2 model, fp32 on the CPU. Immutable after loading. Its autoencoder takes
/// frame by frame.
struct VideoModel {
  VideoModelConfig config;
  TextTower text;
  VideoUnet unet;
  VaeDecoder decoder;
  VaeEncoder encoder;
};

/// \param file  the tensors in the names of VideoCrafter's files. \param tokenizer  folder of
/// vocab.json and merges.txt.
/// \throws storage::MissingFileError, storage::DataError naming file, tensor or field.
VideoModel make_video_model(const VideoModelConfig& config, WeightSource& file,
                            const std::filesystem::path& tokenizer);

/// From a folder that `tessera convert` made.
VideoModel load_video_model(const std::filesystem::path& folder);

}  // namespace tessera::model
