#include "model/vae/vae_blocks.h"

#include <ATen/ATen.h>

namespace tessera::model {
namespace {

/// Attention names of current files, or of older ones.
struct AttentionNames {
  const char* q;
  const char* k;
  const char* v;
  const char* out;
};
constexpr AttentionNames kCurrent{".to_q", ".to_k", ".to_v", ".to_out.0"};
constexpr AttentionNames kOlder{".query", ".key", ".value", ".proj_attn"};

AttentionWeights load_vae_attention(WeightSource& source, const std::string& path, int width) {
  const bool older = !source.has(path + ".to_q.weight") && source.has(path + ".query.weight");
  const AttentionNames& names = older ? kOlder : kCurrent;
  const auto load = [&](const char* name) {
    return load_linear(source, path + name, width, width, Bias::Present);
  };
  const LinearWeights k = load(names.k);
  const LinearWeights v = load(names.v);
  return {load(names.q), join_outputs(k, v), load(names.out)};
}

/// x + attention over all positions of the normalised x.
at::Tensor attend(const at::Tensor& x_BCHW, const VaeMiddle& middle, int norm_groups,
                  SpatialOps& spatial) {
  const at::Tensor normalised =
      spatial.group_norm(x_BCHW, middle.norm, {norm_groups, kVaeNormEps, Activation::None});
  const partition::Extent map{static_cast<int>(x_BCHW.size(2)), static_cast<int>(x_BCHW.size(3))};
  const at::Tensor tokens =
      normalised.permute({0, 2, 3, 1}).reshape({x_BCHW.size(0), map.area(), x_BCHW.size(1)});
  const AttentionSite site{0, 1, "mid_block.attentions.0", map};
  const at::Tensor attended = spatial.self_attention(tokens, middle.attention, site, StepContext{});
  const at::Tensor y = attended.view({x_BCHW.size(0), map.rows, map.cols, x_BCHW.size(1)});
  return y.permute({0, 3, 1, 2}).add_(x_BCHW);
}

}  // namespace

ResnetWeights load_vae_resnet(WeightSource& source, const std::string& path, int in, int out) {
  return load_resnet(source, path, {in, out, /*embedding=*/0}, DilationPolicy::Fixed, 0);
}

VaeMiddle load_vae_middle(WeightSource& source, const std::string& path, int width) {
  VaeMiddle middle;
  middle.first = load_vae_resnet(source, path + ".resnets.0", width, width);
  middle.norm = load_norm(source, path + ".attentions.0.group_norm", width);
  middle.attention = load_vae_attention(source, path + ".attentions.0", width);
  const at::Tensor& projection = middle.attention.out.weight;
  middle.attends = projection.is_meta() || projection.count_nonzero().item<std::int64_t>() > 0;
  middle.second = load_vae_resnet(source, path + ".resnets.1", width, width);
  return middle;
}

at::Tensor run_vae_resnet(const at::Tensor& x_BCHW, const ResnetWeights& weights, int norm_groups,
                          SpatialOps& spatial) {
  return resnet_block(x_BCHW, weights, {norm_groups, kVaeNormEps}, StepContext{}, spatial);
}

at::Tensor run_vae_middle(const at::Tensor& x_BCHW, const VaeMiddle& middle, int norm_groups,
                          SpatialOps& spatial) {
  at::Tensor x = run_vae_resnet(x_BCHW, middle.first, norm_groups, spatial);
  x = middle.attends ? attend(x, middle, norm_groups, spatial)
                     : x + middle.attention.out.bias.view({1, -1, 1, 1});
  return run_vae_resnet(x, middle.second, norm_groups, spatial);
}

}  // namespace tessera::model
