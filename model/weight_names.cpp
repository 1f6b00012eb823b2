#include "model/weight_names.h"

#include <ATen/ATen.h>

#include <array>
#include <string>
#include <string_view>
#include <utility>

namespace tessera::model {
namespace {

struct Renaming {
  std::string_view ours;
  std::string_view original;
};

/// `text` with the first of `table` that it contains replaced.
template <std::size_t N>
std::string renamed(std::string text, const std::array<Renaming, N>& table) {
  for (const Renaming& entry : table) {
    const std::size_t at = text.find(entry.ours);
    if (at != std::string::npos) return text.replace(at, entry.ours.size(), entry.original);
  }
  return text;
}

class UnetNames final : public WeightSource {
 public:
  explicit UnetNames(WeightSource& file) : file_(file) {}

  at::Tensor require(const std::string& name, const std::vector<std::int64_t>& shape) override {
    return file_.require(original(name), shape);
  }
  bool has(const std::string& name) const override { return file_.has(original(name)); }

 private:
  static std::string original(const std::string& name) {
    constexpr std::array<Renaming, 6> kResnet{{{".norm1.", ".in_layers.0."},
                                               {".conv1.", ".in_layers.2."},
                                               {".time_emb_proj.", ".emb_layers.1."},
                                               {".norm2.", ".out_layers.0."},
                                               {".conv2.", ".out_layers.3."},
                                               {".conv_shortcut.", ".skip_connection."}}};
    const bool same = name.find(".transformer_blocks.") != std::string::npos ||
                      name.find(".temopral_conv.") != std::string::npos;
    return "model.diffusion_model." + (same ? name : renamed(name, kResnet));
  }

  WeightSource& file_;
};

class VaeNames final : public WeightSource {
 public:
  VaeNames(WeightSource& file, int levels) : file_(file), levels_(levels) {}

  at::Tensor require(const std::string& name, const std::vector<std::int64_t>& shape) override {
    if (!is_attention(name) || shape.size() != 2) return file_.require(original(name), shape);
    return file_.require(original(name), {shape[0], shape[1], 1, 1}).view(shape);
  }
  bool has(const std::string& name) const override { return file_.has(original(name)); }

 private:
  static bool is_attention(const std::string& name) {
    return name.find(".attentions.0.") != std::string::npos;
  }

  std::string original(std::string name) const {
    constexpr std::array<Renaming, 7> kMiddle{
        {{"mid_block.resnets.0", "mid.block_1"},
         {"mid_block.resnets.1", "mid.block_2"},
         {"mid_block.attentions.0.group_norm", "mid.attn_1.norm"},
         {"mid_block.attentions.0.to_q", "mid.attn_1.q"},
         {"mid_block.attentions.0.to_k", "mid.attn_1.k"},
         {"mid_block.attentions.0.to_v", "mid.attn_1.v"},
         {"mid_block.attentions.0.to_out.0", "mid.attn_1.proj_out"}}};
    constexpr std::array<Renaming, 4> kParts{{{"resnets", "block"},
                                              {"downsamplers.0", "downsample"},
                                              {"upsamplers.0", "upsample"},
                                              {"conv_norm_out", "norm_out"}}};
    constexpr std::array<Renaming, 1> kShortcut{{{"conv_shortcut", "nin_shortcut"}}};
    constexpr std::array<Renaming, 1> kDown{{{"down_blocks", "down"}}};
    name = renamed(renamed(renamed(name, kMiddle), kParts), kShortcut);
    return "first_stage_model." + renamed(with_level_from_image(std::move(name)), kDown);
  }

  /// decoder.up_blocks.0 is the deepest level, decoder.up.0 that of the image.
  std::string with_level_from_image(std::string name) const {
    constexpr std::string_view kUp = "up_blocks.";
    const std::size_t at = name.find(kUp);
    if (at == std::string::npos) return name;
    const std::size_t begin = at + kUp.size();
    const std::size_t end = name.find('.', begin);
    const int position = std::stoi(name.substr(begin, end - begin));
    return name.replace(at, end - at, "up." + std::to_string(levels_ - 1 - position));
  }

  WeightSource& file_;
  int levels_;
};

class OpenClipNames final : public WeightSource {
 public:
  explicit OpenClipNames(WeightSource& file) : file_(file) {}

  at::Tensor require(const std::string& name, const std::vector<std::int64_t>& shape) override {
    constexpr std::array<std::string_view, 3> kStacked{"q_proj", "k_proj", "v_proj"};
    for (std::size_t part = 0; part < kStacked.size(); ++part) {
      const std::size_t at = name.find(kStacked[part]);
      if (at == std::string::npos) continue;
      // in_proj_weight and in_proj_bias: the rows of q, k and v, one below the other.
      std::string stacked = name;
      stacked.replace(at, kStacked[part].size() + 1, "in_proj_");
      std::vector<std::int64_t> all = shape;
      all[0] *= static_cast<std::int64_t>(kStacked.size());
      return file_.require(original(stacked), all)
          .narrow(0, static_cast<std::int64_t>(part) * shape[0], shape[0])
          .contiguous();
    }
    return file_.require(original(name), shape);
  }
  bool has(const std::string& name) const override { return file_.has(original(name)); }

 private:
  static std::string original(const std::string& name) {
    constexpr std::array<Renaming, 4> kTower{
        {{"text_model.embeddings.token_embedding", "token_embedding"},
         {"text_model.embeddings.position_embedding.weight", "positional_embedding"},
         {"text_model.encoder.layers", "transformer.resblocks"},
         {"text_model.final_layer_norm", "ln_final"}}};
    constexpr std::array<Renaming, 5> kBlock{{{"self_attn", "attn"},
                                              {"layer_norm1", "ln_1"},
                                              {"layer_norm2", "ln_2"},
                                              {"mlp.fc1", "mlp.c_fc"},
                                              {"mlp.fc2", "mlp.c_proj"}}};
    return "cond_stage_model.model." + renamed(renamed(name, kTower), kBlock);
  }

  WeightSource& file_;
};

}  // namespace

std::unique_ptr<WeightSource> original_unet_names(WeightSource& file) {
  return std::make_unique<UnetNames>(file);
}

std::unique_ptr<WeightSource> original_vae_names(WeightSource& file, int levels) {
  return std::make_unique<VaeNames>(file, levels);
}

std::unique_ptr<WeightSource> open_clip_names(WeightSource& file) {
  return std::make_unique<OpenClipNames>(file);
}

}  // namespace tessera::model
