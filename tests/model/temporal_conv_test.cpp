#include "model/video/temporal_conv.h"

#include <ATen/ATen.h>
#include <c10/core/InferenceMode.h>
#include <gtest/gtest.h>

#include "tests/model/recording_ops.h"

namespace tessera::model {
namespace {

constexpr int kWidth = 32;

class TemporalConv : public ::testing::Test {
 protected:
  at::Tensor run(const at::Tensor& x, const TemporalConvs& convs) {
    return temporal_convs(x, convs, {8}, StepContext{}, ops_);
  }

  c10::InferenceMode inference_;
  SyntheticWeights source_;
  RecordingOps ops_{source_};
  TemporalConvs convs_ = load_temporal_convs(source_, "t", kWidth);
};

/// torch's own three-dimensional convolution of the same weights, in double.
at::Tensor conv3d(const at::Tensor& x_TCHW, const at::Tensor& weight, const at::Tensor& bias) {
  const at::Tensor clip = x_TCHW.to(at::kDouble).transpose(0, 1).unsqueeze(0);
  const at::Tensor y = at::conv3d(clip, weight.to(at::kDouble), bias.to(at::kDouble), 1, {1, 0, 0});
  return y[0].transpose(0, 1);
}

TEST_F(TemporalConv, IsAConvolutionOverFramesWithZerosAtTheEnds) {
  const at::Tensor weight = source_.require("t.conv2.3.weight", {kWidth, kWidth, 3, 1, 1});
  const at::Tensor bias = source_.require("t.conv2.3.bias", {kWidth});
  const at::Tensor x = noise_map({5, kWidth, 3, 7}, 1);
  const at::Tensor y = convolve_frames(x, convs_.layers[1].taps);
  EXPECT_LT(relative_max(y, conv3d(x, weight, bias)), 1e-6);
  EXPECT_TRUE(y.is_contiguous(at::MemoryFormat::ChannelsLast));
}

TEST_F(TemporalConv, ASingleFrameMeetsZerosOnBothSides) {
  const at::Tensor x = noise_map({1, kWidth, 2, 2}, 2);
  const at::Tensor clip = at::cat({at::zeros_like(x), x, at::zeros_like(x)}, 0);
  EXPECT_TRUE(same_bits(
      convolve_frames(x, convs_.layers[0].taps),
      convolve_frames(clip.contiguous(at::MemoryFormat::ChannelsLast), convs_.layers[0].taps)
          .narrow(0, 1, 1)));
}

TEST_F(TemporalConv, BitsOfARowDoNotDependOnTheStrip) {
  // Wide enough for several chunks of pixels.
  const at::Tensor x = noise_map({3, kWidth, 40, 96}, 3);
  const at::Tensor whole = convolve_frames(x, convs_.layers[0].taps);
  for (const auto& [begin, rows] : {std::pair{0, 1}, {1, 7}, {8, 32}}) {
    const at::Tensor strip = convolve_frames(
        x.narrow(2, begin, rows).contiguous(at::MemoryFormat::ChannelsLast), convs_.layers[0].taps);
    EXPECT_TRUE(same_bits(strip, whole.narrow(2, begin, rows))) << begin;
  }
}

TEST_F(TemporalConv, LoadsTheNamesOfTheFiles) {
  EXPECT_EQ(source_.shapes.count("t.conv1.2.weight"), 1U);
  EXPECT_EQ(source_.shapes.count("t.conv2.3.weight"), 1U);
  EXPECT_EQ(source_.shapes.count("t.conv4.3.weight"), 1U);
  EXPECT_EQ(source_.shapes.count("t.conv4.0.bias"), 1U);
  EXPECT_EQ(source_.shapes.count("t.conv2.2.weight"), 0U);
}

TEST_F(TemporalConv, NormalisesOverTheClipAndAddsTheInput) {
  const at::Tensor x = noise_map({4, kWidth, 3, 5}, 4);
  TemporalConvs silent = convs_;
  silent.layers.back().taps.weight = at::zeros_like(silent.layers.back().taps.weight);
  silent.layers.back().taps.bias = at::zeros_like(silent.layers.back().taps.bias);
  EXPECT_TRUE(at::equal(run(x, silent), x));
  ASSERT_EQ(ops_.norms.size(), 4U);
  for (const RecordingOps::Norm& norm : ops_.norms) {
    EXPECT_EQ(norm.geometry.frames, 4);
    EXPECT_EQ(norm.geometry.activation, Activation::Silu);
    EXPECT_EQ(norm.geometry.groups, 8);
  }
  EXPECT_FALSE(at::equal(run(x, convs_), x));
}

TEST_F(TemporalConv, ShowsEveryConvolutionOnlyWhereATraceWantsEveryLayer) {
  std::vector<std::string> names;
  const TensorTap tap = [&](const std::string& name, const at::Tensor& value, TapLayout layout) {
    names.push_back(name);
    EXPECT_EQ(layout, TapLayout::Clip);
    EXPECT_EQ(value.size(0), 2);
  };
  const at::Tensor x = noise_map({2, kWidth, 2, 2}, 5);
  StepContext step;
  step.tap = &tap;
  temporal_convs(x, convs_, {8}, step, ops_);
  EXPECT_TRUE(names.empty());
  step.tap_detail = TapDetail::EveryLayer;
  temporal_convs(x, convs_, {8}, step, ops_);
  EXPECT_EQ(names, (std::vector<std::string>{"t.in", "t.conv1.out", "t.conv2.out", "t.conv3.out",
                                             "t.conv4.out", "t.out"}));
}

}  // namespace
}  // namespace tessera::model
