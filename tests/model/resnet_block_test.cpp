#include "model/unet/resnet_block.h"

#include <ATen/ATen.h>
#include <c10/core/InferenceMode.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "tests/model/recording_ops.h"

namespace tessera::model {
namespace {

using ::testing::ElementsAre;

constexpr NormGeometry kNorm{4, 1e-5};

class ResnetBlock : public ::testing::Test {
 protected:
  ResnetWeights load(int in, int out, DilationPolicy dilation = DilationPolicy::Fixed) {
    return load_resnet(source_, "block", {in, out, 32}, dilation, 1);
  }

  /// The block in double by the library's operations.
  at::Tensor reference(const at::Tensor& x_BCHW, const ResnetWeights& w, const at::Tensor& shift) {
    const auto wide = [](const at::Tensor& t) { return t.to(at::kDouble); };
    const auto norm = [&](const at::Tensor& h, const NormWeights& n) {
      return at::silu(at::group_norm(h, 4, wide(n.weight), wide(n.bias), 1e-5));
    };
    const auto conv = [&](const at::Tensor& h, const ConvWeights& c) {
      return at::conv2d(h, wide(c.weight), wide(c.bias), 1, 1);
    };
    const at::Tensor x = wide(x_BCHW);
    at::Tensor h = conv(norm(x, w.norm1), w.conv1);
    if (shift.defined()) h = h + wide(shift).unsqueeze(2).unsqueeze(3);
    h = conv(norm(h, w.norm2), w.conv2);
    if (!w.shortcut.weight.defined()) return x + h;
    const at::Tensor kernel = wide(w.shortcut.weight).unsqueeze(2).unsqueeze(3);
    return at::conv2d(x, kernel, wide(w.shortcut.bias)) + h;
  }

  c10::InferenceMode inference_;
  SyntheticWeights source_;
  RecordingOps ops_{source_};
};

TEST_F(ResnetBlock, MatchesTheDefinitionWithAndWithoutAShortcut) {
  for (const int out : {16, 24}) {
    SCOPED_TRACE(out);
    const ResnetWeights weights = load(16, out);
    EXPECT_EQ(weights.shortcut.weight.defined(), out != 16);
    const at::Tensor x = noise_map({2, 16, 6, 7}, 1);
    EXPECT_LT(relative_max(resnet_block(x, weights, kNorm, {}, ops_), reference(x, weights, {})),
              2e-6);
  }
}

TEST_F(ResnetBlock, AddsTheTimeShiftOfItsIndexAfterTheFirstConvolution) {
  const ResnetWeights weights = load(16, 16);
  const at::Tensor x = noise_map({2, 16, 6, 7}, 2);
  const std::vector<at::Tensor> shifts{noise({2, 16}, 3), noise({2, 16}, 4)};
  StepContext step;
  step.time_shifts = &shifts;
  const at::Tensor y = resnet_block(x, weights, kNorm, step, ops_);
  EXPECT_LT(relative_max(y, reference(x, weights, shifts[1])), 2e-6);
}

TEST_F(ResnetBlock, FoldsTheTimeShiftIntoTheBiasOfTheFirstConvolution) {
  const ResnetWeights weights = load(16, 16);
  const std::vector<at::Tensor> shifts{noise({2, 16}, 3), noise({2, 16}, 4)};
  StepContext step;
  step.time_shifts = &shifts;
  resnet_block(noise_map({2, 16, 6, 7}, 5), weights, kNorm, step, ops_);
  ASSERT_EQ(ops_.convs.size(), 2U);
  EXPECT_TRUE(same_bits(ops_.convs[0].bias_BC, shifts[1] + weights.conv1.bias));
  EXPECT_FALSE(ops_.convs[1].bias_BC.defined());
}

TEST_F(ResnetBlock, DilatesBothConvolutionsOnlyWhereThePolicySaysSo) {
  StepContext step;
  step.dilation = {4, 2};
  const at::Tensor x = noise_map({1, 16, 9, 9}, 6);
  resnet_block(x, load(16, 16, DilationPolicy::Fixed), kNorm, step, ops_);
  resnet_block(x, load(16, 16, DilationPolicy::Restrained), kNorm, step, ops_);
  ASSERT_EQ(ops_.convs.size(), 4U);
  for (int conv = 0; conv < 4; ++conv) {
    EXPECT_EQ(ops_.convs[static_cast<std::size_t>(conv)].geometry.dilation,
              conv < 2 ? (partition::Extent{1, 1}) : (partition::Extent{4, 2}));
  }
}

TEST_F(ResnetBlock, NormalisesWithActivationAndTheGivenEps) {
  resnet_block(noise_map({1, 16, 4, 4}, 7), load(16, 24), {8, 1e-3}, {}, ops_);
  ASSERT_EQ(ops_.norms.size(), 2U);
  for (const auto& norm : ops_.norms) {
    EXPECT_EQ(norm.geometry.groups, 8);
    EXPECT_EQ(norm.geometry.eps, 1e-3);
    EXPECT_EQ(norm.geometry.activation, Activation::Silu);
  }
  EXPECT_EQ(ops_.norms[0].layer, "block.norm1");
  EXPECT_EQ(ops_.norms[1].layer, "block.norm2");
}

TEST_F(ResnetBlock, TracesDilatedConvolutionsWithoutTheTimeShift) {
  const ResnetWeights weights = load(16, 16, DilationPolicy::Restrained);
  const std::vector<at::Tensor> shifts{noise({1, 16}, 3), noise({1, 16}, 4)};
  std::map<std::string, at::Tensor> seen;
  const TensorTap tap = [&](const std::string& name, const at::Tensor& value, TapLayout layout) {
    EXPECT_EQ(layout, TapLayout::Map);
    seen[name] = value.clone();
  };
  StepContext step;
  step.time_shifts = &shifts;
  step.tap = &tap;
  resnet_block(noise_map({1, 16, 6, 6}, 8), weights, kNorm, step, ops_);
  std::vector<std::string> names;
  for (const auto& [name, value] : seen) names.push_back(name);
  EXPECT_THAT(names, ElementsAre("dilated.block.conv1.in", "dilated.block.conv1.out",
                                 "dilated.block.conv2.in", "dilated.block.conv2.out"));
  const at::Tensor plain =
      at::conv2d(seen["dilated.block.conv1.in"].to(at::kDouble),
                 weights.conv1.weight.to(at::kDouble), weights.conv1.bias.to(at::kDouble), 1, 1);
  EXPECT_LT(relative_max(seen["dilated.block.conv1.out"], plain), 5e-6);
}

TEST_F(ResnetBlock, TracesNothingWhereDilationIsFixed) {
  int seen = 0;
  const TensorTap tap = [&](const std::string&, const at::Tensor&, TapLayout) { ++seen; };
  StepContext step;
  step.tap = &tap;
  resnet_block(noise_map({1, 16, 6, 6}, 9), load(16, 16), kNorm, step, ops_);
  EXPECT_EQ(seen, 0);
}

TEST_F(ResnetBlock, LeavesItsInputAlone) {
  const at::Tensor x = noise_map({1, 16, 6, 6}, 10);
  const at::Tensor before = x.clone();
  resnet_block(x, load(16, 16), kNorm, {}, ops_);
  EXPECT_TRUE(same_bits(x, before));
}

TEST_F(ResnetBlock, WithoutAnEmbeddingNeedsNoTimeProjection) {
  load_resnet(source_, "vae", {16, 16, 0}, DilationPolicy::Fixed, 0);
  EXPECT_FALSE(source_.shapes.contains("vae.time_emb_proj.weight"));
}

}  // namespace
}  // namespace tessera::model
