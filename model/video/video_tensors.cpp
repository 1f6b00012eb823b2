#include "model/video/video_tensors.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace tessera::model {
namespace {

constexpr std::array<std::string_view, 13> kScheduleTables = {"betas",
                                                              "alphas_cumprod",
                                                              "alphas_cumprod_prev",
                                                              "sqrt_alphas_cumprod",
                                                              "sqrt_one_minus_alphas_cumprod",
                                                              "log_one_minus_alphas_cumprod",
                                                              "sqrt_recip_alphas_cumprod",
                                                              "sqrt_recipm1_alphas_cumprod",
                                                              "posterior_variance",
                                                              "posterior_log_variance_clipped",
                                                              "posterior_mean_coef1",
                                                              "posterior_mean_coef2",
                                                              "scale_arr"};

/// Names are built from the module down, as the files have them.
class Names {
 public:
  explicit Names(TensorShapes& shapes) : shapes_(shapes) {}

  void norm(const std::string& name, int width) { weight_and_bias(name, {width}, width); }
  void linear(const std::string& name, int out, int in) { weight_and_bias(name, {out, in}, out); }
  void conv(const std::string& name, int out, int in, int side) {
    weight_and_bias(name, {out, in, side, side}, out);
  }
  void plain(const std::string& name, std::vector<std::int64_t> shape) {
    shapes_[name] = std::move(shape);
  }

 protected:
  void weight_and_bias(const std::string& name, std::vector<std::int64_t> shape, int out) {
    plain(name + ".weight", std::move(shape));
    plain(name + ".bias", {out});
  }

 private:
  TensorShapes& shapes_;
};

class UnetNames : private Names {
 public:
  UnetNames(TensorShapes& shapes, const VideoUnetConfig& config) : Names(shapes), config_(config) {}

  void add_all() {
    const int first = config_.widths.front();
    const int embedding = config_.embedding_width();
    for (const std::string name : {"time_embed", "fps_embedding"}) {
      linear(at(name + ".0"), embedding, first);
      linear(at(name + ".2"), embedding, embedding);
    }
    conv(at("input_blocks.0.0"), first, config_.in_channels, 3);
    initial_attention("init_attn.0", first, VideoUnetConfig::kInitialHeads * config_.head_width);
    add_down();
    add_middle();
    add_up();
    norm(at("out.0"), first);
    conv(at("out.2"), config_.out_channels, first, 3);
  }

 private:
  static std::string at(const std::string& module) { return "model.diffusion_model." + module; }
  static std::string block(const char* list, int index) {
    return std::string(list) + "." + std::to_string(index);
  }

  void add_down() {
    int width = config_.widths.front();
    skips_.push_back(width);
    int index = 1;
    for (int level = 0; level < config_.levels(); ++level) {
      const auto l = static_cast<std::size_t>(level);
      for (int i = 0; i < config_.resnets_per_level; ++i, ++index) {
        resnet(block("input_blocks", index) + ".0", config_.widths[l], width);
        width = config_.widths[l];
        transformers(block("input_blocks", index), 1, width, config_.transformer_depths[l]);
        skips_.push_back(width);
      }
      if (level + 1 == config_.levels()) break;
      conv(at(block("input_blocks", index++) + ".0.op"), width, width, 3);
      skips_.push_back(width);
    }
  }

  void add_middle() {
    const int width = config_.widths.back();
    resnet("middle_block.0", width, width);
    transformers("middle_block", 1, width, config_.middle_depth);
    resnet("middle_block.3", width, width);
  }

  void add_up() {
    int width = config_.widths.back();
    int index = 0;
    for (int level = config_.levels() - 1; level >= 0; --level) {
      const auto l = static_cast<std::size_t>(level);
      for (int i = 0; i <= config_.resnets_per_level; ++i, ++index) {
        const std::string name = block("output_blocks", index);
        resnet(name + ".0", config_.widths[l], width + skips_.back());
        skips_.pop_back();
        width = config_.widths[l];
        transformers(name, 1, width, config_.transformer_depths[l]);
        if (i < config_.resnets_per_level || level == 0) continue;
        const char* place = config_.transformer_depths[l] > 0 ? ".3.conv" : ".1.conv";
        conv(at(name + place), width, width, 3);
      }
    }
  }

  void resnet(const std::string& module, int out, int in) {
    norm(at(module + ".in_layers.0"), in);
    conv(at(module + ".in_layers.2"), out, in, 3);
    linear(at(module + ".emb_layers.1"), out, config_.embedding_width());
    norm(at(module + ".out_layers.0"), out);
    conv(at(module + ".out_layers.3"), out, out, 3);
    if (out != in) conv(at(module + ".skip_connection"), out, in, 1);
    for (int i = 1; i <= 4; ++i) {
      const std::string name = at(module + ".temopral_conv.conv" + std::to_string(i));
      norm(name + ".0", out);
      weight_and_bias(name + (i == 1 ? ".2" : ".3"), {out, out, 3, 1, 1}, out);
    }
  }

  /// The spatial transformer at `first`, the temporal one after it.
  void transformers(const std::string& module, int first, int width, int depth) {
    if (depth == 0) return;
    transformer(module + "." + std::to_string(first), width, depth, config_.context_width);
    transformer(module + "." + std::to_string(first + 1), width, depth, width);
  }

  void transformer(const std::string& module, int width, int depth, int context_width) {
    norm(at(module + ".norm"), width);
    linear(at(module + ".proj_in"), width, width);
    linear(at(module + ".proj_out"), width, width);
    for (int i = 0; i < depth; ++i) {
      transformer_block(at(module + ".transformer_blocks." + std::to_string(i)), width,
                        context_width);
    }
  }

  void initial_attention(const std::string& module, int width, int inner) {
    norm(at(module + ".norm"), width);
    weight_and_bias(at(module + ".proj_in"), {inner, width, 1}, inner);
    weight_and_bias(at(module + ".proj_out"), {width, inner, 1}, width);
    transformer_block(at(module + ".transformer_blocks.0"), inner, inner);
  }

  void transformer_block(const std::string& name, int width, int context_width) {
    attention(name + ".attn1", width, width);
    attention(name + ".attn2", width, context_width);
    linear(name + ".ff.net.0.proj", 8 * width, width);
    linear(name + ".ff.net.2", width, 4 * width);
    for (const char* place : {".norm1", ".norm2", ".norm3"}) norm(name + place, width);
  }

  void attention(const std::string& name, int width, int context_width) {
    plain(name + ".to_q.weight", {width, width});
    plain(name + ".to_k.weight", {width, context_width});
    plain(name + ".to_v.weight", {width, context_width});
    linear(name + ".to_out.0", width, width);
  }

  const VideoUnetConfig& config_;
  std::vector<int> skips_;  ///< widths, last one on top
};

class VaeNames : private Names {
 public:
  VaeNames(TensorShapes& shapes, const VaeConfig& config) : Names(shapes), config_(config) {}

  void add_all() {
    const int latent = config_.latent_channels;
    add_encoder();
    add_decoder();
    conv(at("quant_conv"), 2 * latent, 2 * latent, 1);
    conv(at("post_quant_conv"), latent, latent, 1);
  }

 private:
  static std::string at(const std::string& module) { return "first_stage_model." + module; }

  void add_encoder() {
    int width = config_.widths.front();
    conv(at("encoder.conv_in"), width, kColours, 3);
    for (std::size_t level = 0; level < config_.widths.size(); ++level) {
      const std::string module = at("encoder.down." + std::to_string(level));
      width = blocks(module, config_.resnets_per_level, config_.widths[level], width);
      if (level + 1 < config_.widths.size()) conv(module + ".downsample.conv", width, width, 3);
    }
    ends(at("encoder"), width, width, 2 * config_.latent_channels);
  }

  void add_decoder() {
    int width = config_.widths.back();
    conv(at("decoder.conv_in"), width, config_.latent_channels, 3);
    for (std::size_t level = config_.widths.size(); level-- > 0;) {
      const std::string module = at("decoder.up." + std::to_string(level));
      width = blocks(module, config_.resnets_per_level + 1, config_.widths[level], width);
      if (level > 0) conv(module + ".upsample.conv", width, width, 3);
    }
    ends(at("decoder"), config_.widths.back(), width, kColours);
  }

  /// The middle block and the last layers. \param last  width where the network ends.
  void ends(const std::string& module, int middle, int last, int out) {
    resnet(module + ".mid.block_1", middle, middle);
    resnet(module + ".mid.block_2", middle, middle);
    norm(module + ".mid.attn_1.norm", middle);
    for (const char* part :
         {".mid.attn_1.q", ".mid.attn_1.k", ".mid.attn_1.v", ".mid.attn_1.proj_out"}) {
      conv(module + part, middle, middle, 1);
    }
    norm(module + ".norm_out", last);
    conv(module + ".conv_out", out, last, 3);
  }

  int blocks(const std::string& module, int count, int out, int in) {
    for (int i = 0; i < count; ++i) {
      resnet(module + ".block." + std::to_string(i), out, i == 0 ? in : out);
    }
    return out;
  }

  void resnet(const std::string& name, int out, int in) {
    norm(name + ".norm1", in);
    conv(name + ".conv1", out, in, 3);
    norm(name + ".norm2", out);
    conv(name + ".conv2", out, out, 3);
    if (out != in) conv(name + ".nin_shortcut", out, in, 1);
  }

  static constexpr int kColours = 3;
  const VaeConfig& config_;
};

std::string text_name(const std::string& module) { return "cond_stage_model.model." + module; }

std::string text_block(int index) {
  return text_name("transformer.resblocks." + std::to_string(index));
}

class TextNames : private Names {
 public:
  explicit TextNames(TensorShapes& shapes) : Names(shapes) {}

  void add_all(const ClipTextConfig& config) {
    const int width = config.width;
    plain(text_name("token_embedding.weight"), {config.vocabulary_size, width});
    plain(text_name("positional_embedding"), {config.positions, width});
    norm(text_name("ln_final"), width);
    for (int i = 0; i < config.layers; ++i) {
      const std::string name = text_block(i);
      norm(name + ".ln_1", width);
      norm(name + ".ln_2", width);
      plain(name + ".attn.in_proj_weight", {3 * width, width});
      plain(name + ".attn.in_proj_bias", {3 * width});
      linear(name + ".attn.out_proj", width, width);
      linear(name + ".mlp.c_fc", config.mlp_width, width);
      linear(name + ".mlp.c_proj", width, config.mlp_width);
    }
  }
};

}  // namespace

TensorShapes video_tensors(const VideoModelConfig& config) {
  TensorShapes shapes;
  UnetNames(shapes, config.unet).add_all();
  VaeNames(shapes, config.vae).add_all();
  TextNames(shapes).add_all(config.text);
  return shapes;
}

bool is_unused_video_tensor(const std::string& name, int text_layers) {
  if (name == text_name("logit_scale") || name == text_name("text_projection")) return true;
  if (name.starts_with(text_block(text_layers) + ".")) return true;
  return std::find(kScheduleTables.begin(), kScheduleTables.end(), name) != kScheduleTables.end();
}

}  // namespace tessera::model
