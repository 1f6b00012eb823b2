#include "model/whole_image_ops.h"

#include <ATen/ATen.h>
#include <c10/core/InferenceMode.h>
#include <gtest/gtest.h>

#include "tests/model/literal_attention.h"
#include "tests/model/tensor_patterns.h"

namespace tessera::model {
namespace {

class WholeImage : public ::testing::Test {
 protected:
  at::Tensor conv_in_double(const at::Tensor& x, int stride, int padding) const {
    return at::conv2d(x.to(at::kDouble), conv_.weight.to(at::kDouble), conv_.bias.to(at::kDouble),
                      stride, padding);
  }

  c10::InferenceMode inference_;
  WholeImageOps ops_;
  ConvWeights conv_{noise_map({8, 8, 3, 3}, 1) / 8, noise({8}, 2)};
};

TEST_F(WholeImage, ConvolutionKeepsTheSizeOfTheMap) {
  const at::Tensor x = noise_map({2, 8, 7, 10}, 3);
  EXPECT_LT(relative_max(ops_.conv2d(x, conv_, {}, {}), conv_in_double(x, 1, 1)), 1e-6);
}

TEST_F(WholeImage, DilatedConvolutionKeepsTheSizeOfTheMapOnEachAxis) {
  const at::Tensor x = noise_map({1, 8, 7, 10}, 4);
  const at::Tensor expected = at::conv2d(x.to(at::kDouble), conv_.weight.to(at::kDouble),
                                         conv_.bias.to(at::kDouble), {1, 1}, {3, 2}, {3, 2});
  EXPECT_LT(relative_max(ops_.conv2d(x, conv_, {.dilation = {3, 2}}, {}), expected), 1e-6);
}

TEST_F(WholeImage, UpsamplingDoublesEveryPixelBeforeTheConvolution) {
  const at::Tensor x = noise_map({2, 8, 5, 6}, 5);
  const at::Tensor doubled = x.repeat_interleave(2, 2).repeat_interleave(2, 3);
  EXPECT_LT(relative_max(ops_.upsampled_conv2d(x, conv_), conv_in_double(doubled, 1, 1)), 1e-6);
}

TEST_F(WholeImage, DownsamplingOfTheUnetHalvesTheMap) {
  const at::Tensor x = noise_map({2, 8, 8, 12}, 6);
  EXPECT_LT(relative_max(ops_.conv2d(x, conv_, {.stride = 2}, {}), conv_in_double(x, 2, 1)), 1e-6);
}

TEST_F(WholeImage, DownsamplingOfTheEncoderPadsBelowAndRightOnly) {
  const at::Tensor x = noise_map({2, 8, 8, 12}, 7);
  const at::Tensor y = ops_.conv2d(x, conv_, {.stride = 2, .padding = Padding::AfterOnly}, {});
  const at::Tensor padded = at::constant_pad_nd(x, {0, 1, 0, 1});
  EXPECT_EQ(y.sizes(), (std::vector<std::int64_t>{2, 8, 4, 6}));
  EXPECT_LT(relative_max(y, conv_in_double(padded, 2, 0)), 1e-6);
}

TEST_F(WholeImage, GroupNormIsThatOfTheWholeMap) {
  const NormWeights norm{noise({8}, 8), noise({8}, 9)};
  const at::Tensor x = noise_map({2, 8, 9, 7}, 10) * 2 + 5;
  const at::Tensor expected = at::silu(at::group_norm(
      x.to(at::kDouble), 4, norm.weight.to(at::kDouble), norm.bias.to(at::kDouble), 1e-6));
  EXPECT_LT(relative_max(ops_.group_norm(x, norm, {4, 1e-6, Activation::Silu}), expected), 2e-6);
}

TEST_F(WholeImage, SelfAttentionProjectsAttendsAndProjects) {
  const AttentionWeights weights{{noise({16, 16}, 11) / 4, noise({16}, 12)},
                                 {noise({32, 16}, 13) / 4, noise({32}, 14)},
                                 {noise({16, 16}, 15) / 4, noise({16}, 16)}};
  const at::Tensor x = noise({2, 35, 16}, 17);
  const auto wide = [](const LinearWeights& w, const at::Tensor& input) {
    return at::linear(input, w.weight.to(at::kDouble), w.bias.to(at::kDouble));
  };
  const auto heads = [](const at::Tensor& t) { return t.view({2, 35, 2, 8}).transpose(1, 2); };
  const at::Tensor kv = wide(weights.kv, x.to(at::kDouble));
  const at::Tensor attended = literal_attention(heads(wide(weights.q, x.to(at::kDouble))),
                                                heads(kv.narrow(2, 0, 16).contiguous()),
                                                heads(kv.narrow(2, 16, 16).contiguous()))
                                  .out_BKND;
  const at::Tensor expected = wide(weights.out, attended.transpose(1, 2).reshape({2, 35, 16}));
  EXPECT_LT(relative_max(ops_.self_attention(x, weights, {0, 2, "", {5, 7}}, {}), expected), 2e-6);
}

TEST_F(WholeImage, DampingScalesTheMeanOfAMapThatHasNoOtherMode) {
  const at::Tensor flat = at::full({1, 3, 6, 8}, 2.0f, at::kFloat);
  EXPECT_LT(relative_max(ops_.damp_low_modes(flat, 0.25), flat * 0.25), 1e-6);
}

TEST_F(WholeImage, DampingLeavesACheckerboardAlone) {
  const at::Tensor rows = at::arange(6).view({6, 1});
  const at::Tensor board = ((rows + at::arange(8)).remainder(2) * 2 - 1).to(at::kFloat);
  const at::Tensor x = board.expand({1, 3, 6, 8}).contiguous();
  EXPECT_LT(relative_max(ops_.damp_low_modes(x, 0.25), x), 1e-6);
}

}  // namespace
}  // namespace tessera::model
