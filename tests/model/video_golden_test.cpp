// Layers of the video networks against what VideoCrafter and FreeNoise recorded: every kind of
// layer from its own recorded input, so a difference of 1e-5 is a mistake.

#include <ATen/ATen.h>
#include <c10/core/InferenceMode.h>
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <span>

#include "model/text/clip_text_encoder.h"
#include "model/unet/resnet_block.h"
#include "model/unet/time_embedding.h"
#include "model/unet/transformer_block.h"
#include "model/vae/vae_decoder.h"
#include "model/vae/vae_encoder.h"
#include "model/video/temporal_block.h"
#include "model/video/temporal_conv.h"
#include "model/weight_names.h"
#include "model/whole_image_ops.h"
#include "tests/model/golden_tensors.h"
#include "tests/model/video_fixture.h"

namespace tessera::model {
namespace {

constexpr char kGoldens[] = "video.safetensors";
constexpr double kLayerTolerance = 3e-6;  // two fp32 programs differ by 3e-7
constexpr int kGroups = 32;

class VideoGolden : public ::testing::Test {
 protected:
  VideoGolden() {
    step_.tap = &tap_;
    step_.tap_detail = TapDetail::EveryLayer;
  }

  at::Tensor golden(const std::string& name) const { return goldens_[name]; }
  at::Tensor recorded(const std::string& name) const { return golden("case_t2v/" + name); }

  /// A recorded clip as the networks take it.
  static at::Tensor frames_of(const at::Tensor& x_1CTHW) {
    return x_1CTHW[0].transpose(0, 1).contiguous(at::MemoryFormat::ChannelsLast);
  }

  /// Everything that was shown under a recorded name agrees. \return how many there were.
  int compare_shown(const std::string& run) const {
    int compared = 0;
    for (const auto& [name, value] : shown_) {
      if (!file_->has(run + name)) continue;
      EXPECT_LT(relative_error(value, golden(run + name)), kLayerTolerance) << run << name;
      ++compared;
    }
    return compared;
  }

  StepContext windowed_step() {
    windows_ = partition::frame_windows(24, {});
    StepContext step = step_;
    step.windows = &windows_;
    return step;
  }

  c10::InferenceMode inference_;
  GoldenTensors goldens_{kGoldens};
  std::unique_ptr<WeightSource> file_ = open_weight_file(golden_folder() / kGoldens, at::kFloat);
  std::unique_ptr<WeightSource> unet_ = original_unet_names(*file_);
  WholeImageOps spatial_;
  std::map<std::string, at::Tensor> shown_;
  TensorTap tap_ = [this](const std::string& name, const at::Tensor& value, TapLayout layout) {
    shown_[name] = (layout == TapLayout::Clip ? value.transpose(0, 1).unsqueeze(0) : value).clone();
  };
  StepContext step_;
  std::vector<partition::FrameWindow> windows_;
};

TEST_F(VideoGolden, EmbeddingsOfTimestepAndFramesPerSecond) {
  const auto embed = [&](const std::string& name, int value) {
    const LinearWeights first = load_linear(*unet_, name + ".0", 32, 128, Bias::Present);
    const LinearWeights second = load_linear(*unet_, name + ".2", 128, 128, Bias::Present);
    return embed_rows(sinusoid(value, 32).unsqueeze(0), first, second);
  };
  EXPECT_LT(relative_error(embed("time_embed", recorded("unet.timestep").item<int>()),
                           recorded("block.time_embed.out")),
            kLayerTolerance);
  EXPECT_LT(relative_error(embed("fps_embedding", recorded("unet.fps").item<int>()),
                           recorded("block.fps_embedding.out")),
            kLayerTolerance);
}

TEST_F(VideoGolden, ResidualBlockWithItsTemporalConvolutions) {
  const std::string path = "input_blocks.7.0";
  const ResnetWeights weights = load_resnet(*unet_, path, {64, 32, 128}, DilationPolicy::Fixed, 0);
  const std::vector<at::Tensor> shifts{recorded(path + ".emb_layers.out")};
  step_.time_shifts = &shifts;
  const at::Tensor x = recorded(path + ".in").contiguous(at::MemoryFormat::ChannelsLast);
  const at::Tensor spatial = resnet_block(x, weights, {kGroups}, step_, spatial_);
  EXPECT_LT(relative_error(spatial, frames_of(recorded(path + ".temopral_conv.in"))),
            kLayerTolerance);
  const TemporalConvs convs = load_temporal_convs(*unet_, path + ".temopral_conv", 32);
  const at::Tensor y = temporal_convs(frames_of(recorded(path + ".temopral_conv.in")), convs,
                                      {kGroups}, step_, spatial_);
  EXPECT_LT(relative_error(y, recorded(path + ".out")), kLayerTolerance);
  EXPECT_EQ(compare_shown("case_t2v/"), 6);  // in, four convolutions, out
}

TEST_F(VideoGolden, SpatialTransformer) {
  int layer = 0;
  const TransformerWeights weights =
      load_transformer(*unet_, "input_blocks.7.1", {32, 2, 1, 48}, layer);
  const at::Tensor x = recorded("input_blocks.7.1.in").contiguous(at::MemoryFormat::ChannelsLast);
  const KeyValue text = project_context(recorded("text.cond"), weights.blocks.front());
  const std::vector<KeyValue> cross{
      {text.k_BKND.expand({x.size(0), -1, -1, -1}), text.v_BKND.expand({x.size(0), -1, -1, -1})}};
  step_.cross = &cross;
  transformer(x, weights, kGroups, step_, spatial_);
  EXPECT_EQ(compare_shown("case_t2v/"), 11);
}

TEST_F(VideoGolden, TemporalTransformer) {
  const TemporalTransformerWeights weights =
      load_temporal_transformer(*unet_, "input_blocks.7.2", {32, 32, 2});
  temporal_transformer(frames_of(recorded("input_blocks.7.2.in")), weights, kGroups, step_,
                       spatial_);
  EXPECT_EQ(compare_shown("case_t2v/"), 6);
}

TEST_F(VideoGolden, LayersOfALongClipInWindows) {
  const StepContext step = windowed_step();
  const at::Tensor convolved =
      frames_of(golden("case_freenoise/input_blocks.7.0.temopral_conv.in"));
  temporal_convs(convolved, load_temporal_convs(*unet_, "input_blocks.7.0.temopral_conv", 32),
                 {kGroups}, step, spatial_);
  const TemporalTransformerWeights weights =
      load_temporal_transformer(*unet_, "input_blocks.7.2", {32, 32, 2});
  temporal_transformer(frames_of(golden("case_freenoise/input_blocks.7.2.in")), weights, kGroups,
                       step, spatial_);
  EXPECT_EQ(compare_shown("case_freenoise/"), 6);  // two of the convolutions, in, out, attn1
}

TEST_F(VideoGolden, InitialAttentionHasEightHeads) {
  const std::string path = "init_attn.0.transformer_blocks.0.attn1";
  const AttentionWeights weights = load_attention(*unet_, path, 128, 128);
  const auto run = [&](const std::string& name, const StepContext& step) {
    return relative_error(attend_frames(golden(name + path + ".in"), weights, 8, step),
                          golden(name + path + ".out"));
  };
  EXPECT_LT(run("case_t2v/", StepContext{}), kLayerTolerance);
  EXPECT_LT(run("case_freenoise/", windowed_step()), kLayerTolerance);
  EXPECT_GT(run("case_freenoise/", StepContext{}), 1e-2);  // the windows matter
}

TEST_F(VideoGolden, TextTower) {
  const auto names = open_clip_names(*file_);
  const ClipTextWeights weights = load_clip_text(*names, video_fixture_config().text);
  for (const std::string half : {"cond", "uncond"}) {
    const at::Tensor ids = recorded("text.input_ids_" + half);
    const std::span<const std::int32_t> span(ids.data_ptr<std::int32_t>(), 77);
    EXPECT_LT(relative_error(encode_text(weights, span).context_1NC, recorded("text." + half)),
              1e-5)
        << half;
  }
}

TEST_F(VideoGolden, AutoencoderFrameByFrame) {
  const VaeConfig config = video_fixture_config().vae;
  const auto names = original_vae_names(*file_, 4);
  const VaeDecoder decoder(config, *names);
  const at::Tensor rgb =
      decoder.decode(recorded("frame00.latents") / config.scaling_factor, spatial_);
  EXPECT_LT(relative_error(rgb[0], recorded("frame00.rgb")), 1e-5);
  const VaeEncoder encoder(config, *names);
  EXPECT_LT(relative_error(encoder.encode(recorded("frame00.rgb").unsqueeze(0), spatial_),
                           recorded("frame00.moments")),
            1e-5);
}

}  // namespace
}  // namespace tessera::model
