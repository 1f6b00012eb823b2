#include "tests/worker/spatial/attention_scene.h"

#include <ATen/ATen.h>

namespace tessera::testing {
namespace {

constexpr int kStage = 1;

AttentionScene scene_of(const std::string& name, partition::Extent latent) {
  AttentionScene scene;
  scene.name = name;
  scene.plan.stage = kStage;
  scene.plan.latent = latent;
  scene.plan.image = {latent.rows * 8, latent.cols * 8};
  scene.plan.first_step = 2;
  scene.plan.self_attention = worker::SelfAttention::ScaleFused;
  scene.map = {latent.rows / 2, latent.cols / 2};
  return scene;
}

}  // namespace

AttentionScene paper_attention() {
  AttentionScene scene = scene_of("paper", {68, 40});
  scene.plan.blur_radius = 3;
  return scene;
}

AttentionScene official_attention() {
  AttentionScene scene = scene_of("official", {64, 64});
  scene.plan.crop_rule = worker::CropRule::Official;
  scene.plan.border_tokens = worker::BorderTokens::NullKeys;
  scene.plan.blur_axes = worker::BlurAxes::HeightWidthChannel;
  scene.plan.blur_radius = 1;
  return scene;
}

AttentionScene fast_attention() {
  AttentionScene scene = scene_of("fast", {60, 52});
  scene.plan.global_branch = partition::GlobalBranch::Interleaved;
  scene.plan.phases = {4, 3};
  scene.plan.blur_radius = 2;
  return scene;
}

AttentionScene plain_attention() {
  AttentionScene scene = scene_of("plain", {68, 40});
  scene.plan.self_attention = worker::SelfAttention::Plain;
  return scene;
}

std::vector<AttentionScene> attention_scenes() {
  return {paper_attention(), official_attention(), fast_attention(), plain_attention()};
}

model::AttentionSite attention_site() {
  model::AttentionSite site;
  site.layer = 3;
  site.heads = kAttentionHeads;
  site.path = "mid_block.attentions.0.transformer_blocks.0";
  return site;
}

at::Tensor attention_input(partition::Extent map) {
  at::Tensor x = wave({2, kAttentionChannels, map.rows, map.cols}, 9, 0.5);
  x.select(0, 0).add_(at::arange(map.rows, at::kFloat).view({1, -1, 1}) / map.rows);
  x.select(0, 0).add_(at::arange(map.cols, at::kFloat).view({1, 1, -1}) / map.cols);
  x.select(0, 1).narrow(1, map.rows / 2, map.rows - map.rows / 2).add_(1.0);
  x.select(0, 1).select(1, map.rows / 2 - 1).add_(3.0);
  return x;
}

at::Tensor run_attention(const AttentionScene& scene, const StripScene& strips,
                         const worker::StripGroup& group, const worker::RandomSource& random,
                         std::int64_t crop_batch_bytes) {
  const at::Tensor input = attention_input(scene.map);
  const at::Tensor own = group.alone() ? input : strips.strip_of(input);
  model::AttentionSite site = attention_site();
  site.map = {static_cast<int>(own.size(2)), scene.map.cols};
  worker::ScaleFusedAttention attention(group, {scene.plan, kAttentionBase, crop_batch_bytes},
                                        &random);
  model::StepContext step;
  step.step = 4;
  const at::Tensor tokens = own.permute({0, 2, 3, 1}).contiguous().flatten(1, 2);
  const at::Tensor out = attention(tokens, wave_attention(kAttentionChannels), site, step);
  return out.view({2, own.size(2), own.size(3), kAttentionChannels})
      .permute({0, 3, 1, 2})
      .contiguous();
}

}  // namespace tessera::testing
