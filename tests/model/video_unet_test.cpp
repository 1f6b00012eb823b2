#include "model/video/video_unet.h"

#include <ATen/ATen.h>
#include <c10/core/InferenceMode.h>
#include <gtest/gtest.h>

#include <set>

#include "tests/model/recording_ops.h"
#include "tests/model/tiny_video_unet.h"

namespace tessera::model {
namespace {

constexpr int kFrames = 4;
constexpr partition::Extent kLatent{8, 12};

class VideoUnetForward : public ::testing::Test {
 protected:
  at::Tensor forward(const StepContext& step) { return tiny_.unet.forward(x_, step, ops_); }

  /// Dilations of the convolutions that ran, by the file's names of the layers.
  std::map<std::string, partition::Extent> dilations() const {
    std::map<std::string, partition::Extent> result;
    for (const RecordingOps::Conv& conv : ops_.convs) result[conv.layer] = conv.geometry.dilation;
    return result;
  }

  c10::InferenceMode inference_;
  TinyVideoUnet tiny_;
  RecordingOps ops_{tiny_.source};
  at::Tensor x_ = noise_map({kFrames, 4, kLatent.rows, kLatent.cols}, 1);
};

TEST_F(VideoUnetForward, PredictsNoiseForEveryFrame) {
  const at::Tensor out = forward(tiny_.step());
  EXPECT_EQ(out.sizes(), (std::vector<std::int64_t>{kFrames, 4, kLatent.rows, kLatent.cols}));
  EXPECT_TRUE(out.isfinite().all().item<bool>());
}

TEST_F(VideoUnetForward, FramesSeeEachOther) {
  const at::Tensor before = forward(tiny_.step());
  x_ = x_.clone();
  x_[3].add_(1.0);
  const at::Tensor after = forward(tiny_.step());
  EXPECT_GT((after[0] - before[0]).abs().max().item<double>(), 1e-4);
}

TEST_F(VideoUnetForward, EveryNormOfATemporalLayerSeesTheClipAndNoOther) {
  forward(tiny_.step());
  int over_clip = 0;
  int per_frame = 0;
  for (const RecordingOps::Norm& norm : ops_.norms) {
    const bool temporal = norm.layer.find("temopral_conv") != std::string::npos ||
                          norm.layer.find("init_attn") != std::string::npos ||
                          norm.layer.ends_with(".2.norm");
    EXPECT_EQ(norm.geometry.frames, temporal ? kFrames : 1) << norm.layer;
    EXPECT_EQ(norm.geometry.groups, 32);
    ++(temporal ? over_clip : per_frame);
  }
  // Residual blocks: 3 down, 2 in the middle, 6 up; transformers: 2, 1, 4; one norm at the end.
  EXPECT_EQ(over_clip, 11 * 4 + 7 + 1);
  EXPECT_EQ(per_frame, 11 * 2 + 7 + 1);
}

TEST_F(VideoUnetForward, EverySpatialTransformerAsksForItsSelfAttentionInOrder) {
  StepContext step = tiny_.step();
  step.step = 7;
  forward(step);
  const auto sites = tiny_.unet.self_attentions(kLatent);
  ASSERT_EQ(ops_.attentions.size(), sites.size());
  ASSERT_EQ(sites.size(), 7U);
  for (std::size_t i = 0; i < sites.size(); ++i) {
    EXPECT_EQ(ops_.attentions[i].site.path, sites[i].path);
    EXPECT_EQ(ops_.attentions[i].site.map, sites[i].map);
    EXPECT_EQ(ops_.attentions[i].site.layer, static_cast<int>(i));
    EXPECT_EQ(ops_.attentions[i].step, 7);
  }
  EXPECT_EQ(sites[0].path, "input_blocks.1.1.transformer_blocks.0");
  EXPECT_EQ(sites[1].map, (partition::Extent{4, 6}));
  EXPECT_EQ(sites[1].heads, 4);
  EXPECT_EQ(sites[2].path, "middle_block.1.transformer_blocks.0");
  EXPECT_EQ(sites[2].map, (partition::Extent{2, 3}));
  EXPECT_EQ(sites[6].map, kLatent);
  EXPECT_EQ(tiny_.unet.attentions_before_up(), 3U);
}

TEST_F(VideoUnetForward, DilationReachesTheDeepestLevelAndTheMiddleAlone) {
  StepContext step = tiny_.step();
  step.dilation = {2, 3};
  forward(step);
  const std::set<std::string> dilated{"input_blocks.4.0.op",    "input_blocks.5.0.conv1",
                                      "input_blocks.5.0.conv2", "middle_block.0.conv1",
                                      "middle_block.0.conv2",   "middle_block.3.conv1",
                                      "middle_block.3.conv2"};
  for (const auto& [layer, dilation] : dilations()) {
    const bool expected = dilated.contains(layer);
    EXPECT_EQ(dilation, expected ? (partition::Extent{2, 3}) : (partition::Extent{1, 1})) << layer;
  }
  for (const std::string& layer : dilated) EXPECT_TRUE(dilations().contains(layer)) << layer;
}

TEST_F(VideoUnetForward, AContextPerFrameReachesItsFrame) {
  const at::Tensor context = noise({1, 77, 24}, 101);
  const auto repeated = tiny_.unet.project_text(context.expand({kFrames, 77, 24}).contiguous());
  StepContext step = tiny_.step();
  const at::Tensor shared = forward(step);
  step.cross = &repeated;
  EXPECT_TRUE(same_bits(forward(step), shared));
  at::Tensor changed = context.repeat({kFrames, 1, 1});
  changed[2].add_(1.0);
  const auto different = tiny_.unet.project_text(changed);
  step.cross = &different;
  EXPECT_FALSE(same_bits(forward(step), shared));
}

TEST_F(VideoUnetForward, FramesPerSecondHaveTheirOwnEmbedding) {
  EXPECT_EQ(tiny_.unet.embed_fps(28).sizes(), (std::vector<std::int64_t>{1, 128}));
  EXPECT_FALSE(at::equal(tiny_.unet.embed_fps(28), tiny_.unet.embed_fps(16)));
  EXPECT_FALSE(at::equal(tiny_.unet.embed_fps(28), tiny_.unet.embed_time(28)));
}

TEST_F(VideoUnetForward, ATraceChangesNoBit) {
  const at::Tensor quiet = forward(tiny_.step());
  std::set<std::string> names;
  const TensorTap tap = [&](const std::string& name, const at::Tensor&, TapLayout) {
    names.insert(name);
  };
  StepContext step = tiny_.step();
  step.tap = &tap;
  step.tap_detail = TapDetail::EveryLayer;
  EXPECT_TRUE(same_bits(forward(step), quiet));
  for (const char* name :
       {"block.input_blocks.0.out", "block.init_attn.out", "block.middle_block.out",
        "input_blocks.2.0.op.in", "output_blocks.1.1.out", "output_blocks.3.3.in", "out.0.out",
        "input_blocks.3.0.in_layers.out", "input_blocks.3.0.skip_connection.out",
        "input_blocks.3.0.emb_layers.out", "input_blocks.3.1.transformer_blocks.0.attn2.out"}) {
    EXPECT_TRUE(names.contains(name)) << name;
  }
}

}  // namespace
}  // namespace tessera::model
