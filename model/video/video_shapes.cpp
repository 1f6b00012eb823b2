#include "model/video/video_shapes.h"

#include <limits>

#include "storage/safetensors_header.h"
#include "storage/storage_error.h"
#include "storage/tensor_view.h"

namespace tessera::model {
namespace {

constexpr int kOpenClipHeadWidth = 64;

/// Shapes below one module.
class Module {
 public:
  Module(const TensorShapes& shapes, const std::filesystem::path& file, std::string prefix)
      : shapes_(shapes), file_(file), prefix_(std::move(prefix)) {}

  Module at(const std::string& name) const { return {shapes_, file_, prefix_ + name + "."}; }
  Module at(int index) const { return at(std::to_string(index)); }

  bool is_there() const {
    const auto found = shapes_.lower_bound(prefix_);
    return found != shapes_.end() && found->first.starts_with(prefix_);
  }
  /// The number of modules 0, 1, 2, ... below this one.
  int count() const {
    int count = 0;
    while (at(count).is_there()) ++count;
    return count;
  }

  /// Side `side` of a tensor of `sides` sides.
  int size(const std::string& name, std::size_t sides, std::size_t side) const {
    const auto found = shapes_.find(prefix_ + name);
    if (found == shapes_.end()) fail(name, "is missing");
    const std::vector<std::int64_t>& shape = found->second;
    if (shape.size() != sides || shape[side] < 1 ||
        shape[side] > std::numeric_limits<int>::max() / kLargestFactor) {
      fail(name, "is " + storage::shape_text(shape) + ", expected " + std::to_string(sides) +
                     " sides of usable lengths");
    }
    return static_cast<int>(shape[side]);
  }

  [[noreturn]] void fail(const std::string& name, const std::string& what) const {
    throw storage::DataError(storage::tensor_message(file_, prefix_ + name, what));
  }

 private:
  static constexpr int kLargestFactor = 64;  // by which a size is multiplied further on

  const TensorShapes& shapes_;
  const std::filesystem::path& file_;
  std::string prefix_;
};

int depth_of(const Module& transformer) { return transformer.at("transformer_blocks").count(); }

void add_level(VideoUnetConfig& config, int width, int depth) {
  config.widths.push_back(width);
  config.transformer_depths.push_back(depth);
}

/// Walks the down path: residual blocks of a level, then a downsampling convolution.
void read_levels(VideoUnetConfig& config, const Module& blocks) {
  int resnets = 0;
  for (int index = 1; blocks.at(index).is_there(); ++index) {
    const Module block = blocks.at(index);
    if (block.at("0.op").is_there()) {
      resnets = 0;
      continue;
    }
    if (resnets++ == 0) {
      add_level(config, block.size("0.in_layers.2.weight", 4, 0), depth_of(block.at(1)));
    }
    if (config.levels() == 1) config.resnets_per_level = resnets;
  }
  if (config.widths.empty()) blocks.fail("1.0.in_layers.2.weight", "is missing");
}

VideoUnetConfig unet_config(const Module& unet) {
  VideoUnetConfig config;
  config.in_channels = unet.size("input_blocks.0.0.weight", 4, 1);
  config.out_channels = unet.size("out.2.weight", 4, 0);
  read_levels(config, unet.at("input_blocks"));
  config.middle_depth = depth_of(unet.at("middle_block.1"));
  const int inner = unet.size("init_attn.0.proj_in.weight", 3, 0);
  if (inner % VideoUnetConfig::kInitialHeads != 0) {
    unet.fail("init_attn.0.proj_in.weight",
              "has " + std::to_string(inner) + " outputs, which 8 heads do not divide");
  }
  config.head_width = inner / VideoUnetConfig::kInitialHeads;
  const std::string key = ".transformer_blocks.0.attn2.to_k.weight";
  config.context_width = unet.size("middle_block.1" + key, 2, 1);
  return config;
}

VaeConfig vae_config(const Module& vae) {
  VaeConfig config;
  const Module levels = vae.at("encoder.down");
  for (int level = 0; level < levels.count(); ++level) {
    config.widths.push_back(levels.at(level).size("block.0.conv1.weight", 4, 0));
  }
  if (config.widths.empty()) levels.fail("0.block.0.conv1.weight", "is missing");
  config.resnets_per_level = levels.at("0.block").count();
  config.latent_channels = vae.size("post_quant_conv.weight", 4, 0);
  config.scaling_factor = 0.18215;
  return config;
}

ClipTextConfig text_config(const Module& text) {
  ClipTextConfig config;
  config.vocabulary_size = text.size("token_embedding.weight", 2, 0);
  config.width = text.size("token_embedding.weight", 2, 1);
  config.positions = text.size("positional_embedding", 2, 0);
  config.mlp_width = text.size("transformer.resblocks.0.mlp.c_fc.weight", 2, 0);
  config.layers = text.at("transformer.resblocks").count() - 1;
  if (config.layers < 1) {
    text.fail("transformer.resblocks.1", "is missing: of the blocks the last one does not run");
  }
  config.heads = config.width % kOpenClipHeadWidth == 0 ? config.width / kOpenClipHeadWidth : 0;
  config.activation = TextActivation::Gelu;
  return config;
}

}  // namespace

VideoModelConfig video_config_of(const TensorShapes& shapes, const std::filesystem::path& file) {
  const Module top(shapes, file, "");
  return {unet_config(top.at("model.diffusion_model")), vae_config(top.at("first_stage_model")),
          text_config(top.at("cond_stage_model.model")), VideoScheduleConfig{}};
}

}  // namespace tessera::model
