#include "model/unet/unet.h"

#include <ATen/ATen.h>
#include <c10/core/InferenceMode.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "model/layers/linear.h"
#include "model/unet/time_embedding.h"
#include "tests/model/tiny_unet.h"

namespace tessera::model {
namespace {

using ::testing::ElementsAre;
using ::testing::UnorderedElementsAre;

class UnetForward : public ::testing::Test {
 protected:
  at::Tensor forward(const StepContext& step) { return tiny_.unet.forward(x_, step, ops_); }

  c10::InferenceMode inference_;
  TinyUnet tiny_;
  RecordingOps ops_{tiny_.source};
  at::Tensor x_ = noise_map({2, 4, 16, 12}, 1);
};

TEST_F(UnetForward, PredictsAMapOfTheLatentsSizeAndRepeatsItsBits) {
  const at::Tensor y = forward(tiny_.step());
  EXPECT_EQ(y.sizes(), x_.sizes());
  EXPECT_TRUE(y.isfinite().all().item<bool>());
  EXPECT_TRUE(same_bits(forward(tiny_.step()), y));
}

TEST_F(UnetForward, GivesTheSameBitsInABatchAndAlone) {
  const at::Tensor both = forward(tiny_.step());
  std::vector<at::Tensor> shifts;
  for (const at::Tensor& shift : tiny_.shifts) shifts.push_back(shift.narrow(0, 1, 1));
  std::vector<KeyValue> cross;
  for (const KeyValue& text : tiny_.cross) {
    cross.push_back({text.k_BKND.narrow(0, 1, 1), text.v_BKND.narrow(0, 1, 1)});
  }
  StepContext alone;
  alone.time_shifts = &shifts;
  alone.cross = &cross;
  const at::Tensor y = tiny_.unet.forward(x_.narrow(0, 1, 1), alone, ops_);
  EXPECT_TRUE(same_bits(y, both.narrow(0, 1, 1)));
}

TEST_F(UnetForward, RestrainedDilationReachesTheNineConvolutionsOfTheRule) {
  StepContext step = tiny_.step();
  step.dilation = {4, 2};
  forward(step);
  std::vector<std::string> dilated;
  for (const auto& conv : ops_.convs) {
    if (conv.geometry.dilation == partition::Extent{1, 1}) continue;
    EXPECT_EQ(conv.geometry.dilation, (partition::Extent{4, 2}));
    dilated.push_back(conv.layer);
  }
  EXPECT_THAT(dilated, ElementsAre("down_blocks.1.downsamplers.0.conv",
                                   "down_blocks.2.resnets.0.conv1", "down_blocks.2.resnets.0.conv2",
                                   "down_blocks.2.resnets.1.conv1", "down_blocks.2.resnets.1.conv2",
                                   "mid_block.resnets.0.conv1", "mid_block.resnets.0.conv2",
                                   "mid_block.resnets.1.conv1", "mid_block.resnets.1.conv2"));
}

TEST_F(UnetForward, RunsEveryConvolutionOnceOnTheMapOfItsLevel) {
  forward(tiny_.step());
  EXPECT_EQ(ops_.convs.size(), 40U);
  EXPECT_EQ(ops_.norms.size(), 46U);  // 2 of each of 17 resnets, 11 transformers, 1 at the end
  for (const auto& conv : ops_.convs) {
    SCOPED_TRACE(conv.layer);
    const bool down = conv.layer.find("downsamplers") != std::string::npos;
    const bool up = conv.layer.find("upsamplers") != std::string::npos;
    EXPECT_EQ(conv.geometry.stride, down ? 2 : 1);
    EXPECT_EQ(conv.upsampled, up);
    EXPECT_EQ(conv.geometry.padding, Padding::Same);
    EXPECT_EQ(conv.shape[2] * 12, conv.shape[3] * 16);  // never another aspect
  }
  EXPECT_EQ(ops_.convs.front().layer, "conv_in");
  EXPECT_EQ(ops_.convs.back().layer, "conv_out");
}

TEST_F(UnetForward, NumbersSelfAttentionsInExecutionOrderWithTheirLevelsHeadsAndMap) {
  forward(tiny_.step());
  // 2 + 4 going down, 2 in the middle, 6 + 3 going up.
  ASSERT_EQ(ops_.attentions.size(), 17U);
  for (std::size_t k = 0; k < ops_.attentions.size(); ++k) {
    const AttentionSite& site = ops_.attentions[k].site;
    const bool deepest = k >= 2 && k < 14;
    EXPECT_EQ(site.layer, static_cast<int>(k));
    EXPECT_EQ(site.heads, deepest ? 3 : 2);
    EXPECT_EQ(site.map, deepest ? (partition::Extent{4, 3}) : (partition::Extent{8, 6}));
  }
  EXPECT_EQ(ops_.attentions[0].site.path, "down_blocks.1.attentions.0.transformer_blocks.0");
  EXPECT_EQ(ops_.attentions[6].site.path, "mid_block.attentions.0.transformer_blocks.0");
  EXPECT_EQ(ops_.attentions[16].site.path, "up_blocks.1.attentions.2.transformer_blocks.0");
}

TEST_F(UnetForward, TimeShiftsReachTheFirstConvolutionOfTheirResnet) {
  forward(tiny_.step());
  std::size_t next = 0;
  for (const auto& conv : ops_.convs) {
    if (!conv.layer.ends_with(".conv1")) {
      EXPECT_FALSE(conv.bias_BC.defined()) << conv.layer;
      continue;
    }
    ASSERT_LT(next, tiny_.shifts.size());
    EXPECT_EQ(conv.bias_BC.sizes(), tiny_.shifts[next].sizes()) << conv.layer;
    ++next;
  }
  EXPECT_EQ(next, 17U);
}

TEST_F(UnetForward, ResnetsGoingUpSeeTheHiddenMapAndOneSkip) {
  forward(tiny_.step());
  std::vector<std::int64_t> widths;
  for (const auto& norm : ops_.norms) {
    if (norm.layer.starts_with("up_blocks.") && norm.layer.ends_with(".norm1") &&
        norm.layer.find(".resnets.") != std::string::npos) {
      widths.push_back(tiny_.source.shapes.at(norm.layer + ".weight")[0]);
    }
  }
  EXPECT_THAT(widths, ElementsAre(48 + 48, 48 + 48, 48 + 32, 48 + 32, 32 + 32, 32 + 16, 32 + 16,
                                  16 + 16, 16 + 16));
}

/// Every tensor that a step shows, by name.
class UnetTaps : public UnetForward {
 protected:
  void trace(StepContext step) {
    const TensorTap tap = [&](const std::string& name, const at::Tensor& value, TapLayout) {
      EXPECT_FALSE(seen_.contains(name)) << name << " shown twice";
      seen_[name] = value.clone();
    };
    step.tap = &tap;
    forward(step);
  }
  std::vector<std::string> names_with(const std::string& prefix) const {
    std::vector<std::string> names;
    for (const auto& [name, value] : seen_) {
      if (name.starts_with(prefix)) names.push_back(name.substr(prefix.size()));
    }
    return names;
  }

  std::map<std::string, at::Tensor> seen_;
};

TEST_F(UnetTaps, ShowsEveryBlockOnce) {
  trace(tiny_.step());
  EXPECT_THAT(names_with("block."),
              UnorderedElementsAre("conv_in.out", "down_blocks.0.out", "down_blocks.1.out",
                                   "down_blocks.2.out", "mid_block.out", "up_blocks.0.out",
                                   "up_blocks.1.out", "up_blocks.2.out"));
  EXPECT_EQ(names_with("attn1.").size(), 34U);
  EXPECT_EQ(names_with("dilated.").size(), 18U);
  EXPECT_TRUE(names_with("freeu.").empty());
}

TEST_F(UnetTaps, ATraceDoesNotChangeTheResult) {
  const at::Tensor plain = forward(tiny_.step());
  const TensorTap tap = [](const std::string&, const at::Tensor&, TapLayout) {};
  StepContext step = tiny_.step();
  step.tap = &tap;
  EXPECT_TRUE(same_bits(forward(step), plain));
}

TEST_F(UnetTaps, FreeUActsOnTheTwoWidestWidthsByTheChannelsOfTheHiddenMap) {
  StepContext step = tiny_.step();
  step.free_u = FreeU{1.1, 1.2, 0.6, 0.4};
  trace(step);
  // The first resnet of block 1 still sees the 48 channels of the block below.
  std::vector<double> gains;
  for (const auto& damping : ops_.dampings) gains.push_back(damping.gain);
  EXPECT_THAT(gains, ElementsAre(0.6, 0.6, 0.6, 0.6, 0.4, 0.4, 0.4));
  for (const char* resnet : {"up_blocks.0.resnets.1", "up_blocks.1.resnets.0",
                             "up_blocks.1.resnets.2", "up_blocks.2.resnets.0"}) {
    SCOPED_TRACE(resnet);
    const std::string prefix = std::string("freeu.") + resnet;
    const at::Tensor in = seen_.at(prefix + ".hidden_in");
    const at::Tensor out = seen_.at(prefix + ".hidden_out");
    const std::int64_t channels = in.size(1);
    const double backbone = channels == 48 ? 1.1 : 1.2;
    const std::int64_t half = channels / 2;
    EXPECT_LT(relative_max(out.narrow(1, 0, half), in.narrow(1, 0, half) * backbone), 1e-6);
    EXPECT_TRUE(same_bits(out.narrow(1, half, half), in.narrow(1, half, half)));
    EXPECT_FALSE(at::equal(seen_.at(prefix + ".skip_out"), seen_.at(prefix + ".skip_in")));
  }
  EXPECT_FALSE(seen_.contains("freeu.up_blocks.2.resnets.1.hidden_in"));
}

TEST_F(UnetTaps, SkipsArePoppedLastFirst) {
  StepContext step = tiny_.step();
  step.free_u = FreeU{};
  trace(step);
  for (const auto& [resnet, block] :
       std::map<std::string, std::string>{{"up_blocks.0.resnets.0", "down_blocks.2"},
                                          {"up_blocks.0.resnets.2", "down_blocks.1"},
                                          {"up_blocks.1.resnets.2", "down_blocks.0"}}) {
    SCOPED_TRACE(resnet);
    EXPECT_TRUE(
        same_bits(seen_.at("freeu." + resnet + ".skip_in"), seen_.at("block." + block + ".out")));
  }
}

TEST_F(UnetForward, FreeUOfUnitFactorsChangesNothingBeyondRounding) {
  const at::Tensor plain = forward(tiny_.step());
  StepContext step = tiny_.step();
  step.free_u = FreeU{1, 1, 1, 1};
  EXPECT_LT(relative_max(forward(step), plain), 1e-5);
}

TEST(UnetEmbedding, ShiftsOfTimeAndAddedTextHaveTheSameBitsInABatchAndAlone) {
  const c10::InferenceMode inference;
  const TinyUnet tiny;
  const at::Tensor pooled = noise({2, 16}, 3);
  const std::vector<float> ids{128, 128, 0, 0, 128, 96};
  const at::Tensor both = tiny.unet.embed_added(pooled, ids);
  EXPECT_EQ(both.sizes(), (std::vector<std::int64_t>{2, 64}));
  EXPECT_TRUE(same_bits(tiny.unet.embed_added(pooled.narrow(0, 1, 1), ids), both.narrow(0, 1, 1)));
  const std::vector<at::Tensor> shifts = tiny.unet.project_time(both);
  const std::vector<at::Tensor> alone = tiny.unet.project_time(both.narrow(0, 1, 1));
  ASSERT_EQ(shifts.size(), 17U);
  for (std::size_t k = 0; k < shifts.size(); ++k) {
    EXPECT_TRUE(same_bits(alone[k], shifts[k].narrow(0, 1, 1)));
  }
}

TEST(UnetEmbedding, OfTheTimestepIsTheMlpOfItsSinusoid) {
  const c10::InferenceMode inference;
  TinyUnet tiny;
  const auto mlp = [&](const char* name, const at::Tensor& x, int in) {
    return linear(x, load_linear(tiny.source, name, in, 64, Bias::Present));
  };
  const at::Tensor wave = sinusoid(731, 16).unsqueeze(0);
  const at::Tensor hidden = at::silu(mlp("time_embedding.linear_1", wave, 16));
  EXPECT_LT(relative_max(tiny.unet.embed_time(731), mlp("time_embedding.linear_2", hidden, 64)),
            1e-6);
}

TEST(UnetEmbedding, KeysOfTheTextAreThoseOfEachLayerInExecutionOrder) {
  const c10::InferenceMode inference;
  const TinyUnet tiny;
  ASSERT_EQ(tiny.cross.size(), 17U);
  for (std::size_t layer = 0; layer < 17; ++layer) {
    const std::int64_t heads = layer >= 2 && layer < 14 ? 3 : 2;
    EXPECT_EQ(tiny.cross[layer].k_BKND.sizes(), (std::vector<std::int64_t>{2, heads, 77, 16}));
    EXPECT_EQ(tiny.cross[layer].v_BKND.sizes(), (std::vector<std::int64_t>{2, heads, 77, 16}));
  }
}

}  // namespace
}  // namespace tessera::model
