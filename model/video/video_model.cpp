#include "model/video/video_model.h"

#include <ATen/ATen.h>

#include <memory>
#include <utility>

#include "model/weight_names.h"

namespace tessera::model {

VideoModel make_video_model(const VideoModelConfig& config, WeightSource& file,
                            const std::filesystem::path& tokenizer) {
  const std::unique_ptr<WeightSource> text = open_clip_names(file);
  const std::unique_ptr<WeightSource> unet = original_unet_names(file);
  const std::unique_ptr<WeightSource> vae =
      original_vae_names(file, static_cast<int>(config.vae.widths.size()));
  // The small parts come first: a broken folder is noticed before gigabytes are read.
  TextTower tower{ClipTokenizer::load(tokenizer, TokenizerKind::OpenClip),
                  load_clip_text(*text, config.text)};
  VaeDecoder decoder(config.vae, *vae);
  VaeEncoder encoder(config.vae, *vae);
  return {config, std::move(tower), VideoUnet(config.unet, *unet), std::move(decoder),
          std::move(encoder)};
}

VideoModel load_video_model(const std::filesystem::path& folder) {
  const VideoModelConfig config = read_video_model_config(folder / kVideoConfigFile);
  const auto file = open_weight_file(folder / kVideoWeightsFile, at::kFloat);
  return make_video_model(config, *file, folder);
}

}  // namespace tessera::model
