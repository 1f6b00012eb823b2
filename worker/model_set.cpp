#include "worker/model_set.h"

#include <ATen/ATen.h>

#include "model/random_weights.h"

namespace tessera::worker {
namespace {

constexpr const char* kDiffusionWeights = "diffusion_pytorch_model";

constexpr std::uint64_t kRandomSeed = 1;

model::WeightOpener opener_of(const ModelFiles& files) {
  if (files.weights == WeightOrigin::Random) {
    return [](const auto&, const auto&) {
      return model::OpenedWeights{std::make_unique<model::RandomWeights>(kRandomSeed, at::kFloat),
                                  std::nullopt};
    };
  }
  return
      [variant = files.variant](const std::filesystem::path& component, const std::string& base) {
        return model::open_weights(component, base, variant, at::kFloat);
      };
}

model::OpenedWeights open(const model::WeightOpener& opener, const std::filesystem::path& component,
                          std::vector<std::string>& warnings) {
  model::OpenedWeights weights = opener(component, kDiffusionWeights);
  if (weights.warning) warnings.push_back(*weights.warning);
  return weights;
}

}  // namespace

std::unique_ptr<ModelSet> load_model_set(const ModelFiles& files) {
  const std::filesystem::path root = files.directory;
  const std::filesystem::path vae_root =
      files.vae_directory.empty() ? root / "vae" : std::filesystem::path(files.vae_directory);
  const auto tokenizer = files.tokenizer == TokenizerKind::ClipBasic
                             ? model::TokenizerKind::ClipBasic
                             : model::TokenizerKind::Clip;
  const model::WeightOpener opener = opener_of(files);
  std::vector<std::string> warnings;
  // The small parts come first: a broken folder is noticed before gigabytes are read.
  const model::SchedulerConfig scheduler =
      model::read_scheduler_config(root / "scheduler" / "scheduler_config.json");
  const model::UnetConfig unet_config = model::read_unet_config(root / "unet" / "config.json");
  const model::VaeConfig vae_config = model::read_vae_config(vae_root / "config.json");
  model::TextTowers text = model::load_text_towers(root, tokenizer, opener);
  const model::OpenedWeights vae = open(opener, vae_root, warnings);
  model::VaeDecoder decoder(vae_config, *vae.source);
  model::VaeEncoder encoder(vae_config, *vae.source);
  const model::OpenedWeights unet = open(opener, root / "unet", warnings);
  return std::unique_ptr<ModelSet>(
      new ModelSet{std::move(text), model::Unet(unet_config, *unet.source), vae_config,
                   std::move(decoder), std::move(encoder), scheduler, std::move(warnings)});
}

}  // namespace tessera::worker
