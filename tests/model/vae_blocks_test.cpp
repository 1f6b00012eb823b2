#include "model/vae/vae_blocks.h"

#include <ATen/ATen.h>
#include <c10/core/InferenceMode.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <utility>

#include "tests/model/literal_attention.h"
#include "tests/model/recording_ops.h"

namespace tessera::model {
namespace {

constexpr int kWidth = 16;

/// The names of the attention of older files, answered with the tensors of the current names.
class OlderNames final : public WeightSource {
 public:
  explicit OlderNames(WeightSource& current) : current_(current) {}
  at::Tensor require(const std::string& name, const std::vector<std::int64_t>& shape) override {
    const std::string renamed = rename(name);
    if (renamed.empty()) throw std::runtime_error("no tensor " + name);
    return current_.require(renamed, shape);
  }
  bool has(const std::string& name) const override { return !rename(name).empty(); }

 private:
  /// The current name of an older one; empty for a current name of the attention.
  static std::string rename(const std::string& name) {
    if (name.find(".to_") != std::string::npos) return {};
    static constexpr std::array<std::pair<const char*, const char*>, 4> kNames{
        {{".query.", ".to_q."},
         {".key.", ".to_k."},
         {".value.", ".to_v."},
         {".proj_attn.", ".to_out.0."}}};
    for (const auto& [older, current] : kNames) {
      const auto found = name.find(older);
      if (found == std::string::npos) continue;
      return name.substr(0, found) + current + name.substr(found + std::string(older).size());
    }
    return name;
  }
  WeightSource& current_;
};

/// Weights whose attention projects to nothing.
class ZeroProjection final : public WeightSource {
 public:
  explicit ZeroProjection(WeightSource& source) : source_(source) {}
  at::Tensor require(const std::string& name, const std::vector<std::int64_t>& shape) override {
    const at::Tensor value = source_.require(name, shape);
    return name.ends_with("to_out.0.weight") ? at::zeros_like(value) : value;
  }
  bool has(const std::string& name) const override { return source_.has(name); }

 private:
  WeightSource& source_;
};

class VaeBlocks : public ::testing::Test {
 protected:
  at::Tensor run(const VaeMiddle& middle) { return run_vae_middle(x_, middle, 4, ops_); }

  c10::InferenceMode inference_;
  SyntheticWeights source_;
  RecordingOps ops_{source_};
  at::Tensor x_ = noise_map({2, kWidth, 5, 6}, 1);
};

TEST_F(VaeBlocks, MiddleIsResnetAttentionOfOneHeadAndResnet) {
  const VaeMiddle middle = load_vae_middle(source_, "mid", kWidth);
  const at::Tensor y = run(middle);
  const at::Tensor first = run_vae_resnet(x_, middle.first, 4, ops_).to(at::kDouble);
  const auto wide = [](const at::Tensor& t) { return t.to(at::kDouble); };
  const at::Tensor tokens =
      at::group_norm(first, 4, wide(middle.norm.weight), wide(middle.norm.bias), 1e-6)
          .flatten(2)
          .transpose(1, 2);
  const auto linear = [&](const at::Tensor& t, const LinearWeights& w) {
    return at::linear(t, wide(w.weight), wide(w.bias));
  };
  const at::Tensor kv = linear(tokens, middle.attention.kv);
  const at::Tensor attended = literal_attention(linear(tokens, middle.attention.q).unsqueeze(1),
                                                kv.narrow(2, 0, kWidth).unsqueeze(1),
                                                kv.narrow(2, kWidth, kWidth).unsqueeze(1))
                                  .out_BKND.squeeze(1);
  const at::Tensor h =
      first + linear(attended, middle.attention.out).transpose(1, 2).reshape(first.sizes());
  const at::Tensor expected = run_vae_resnet(
      h.to(at::kFloat).contiguous(at::MemoryFormat::ChannelsLast), middle.second, 4, ops_);
  EXPECT_LT(relative_max(y, expected), 1e-5);
  EXPECT_EQ(ops_.attentions[0].site.heads, 1);
  EXPECT_EQ(ops_.attentions[0].site.map, (partition::Extent{5, 6}));
}

TEST_F(VaeBlocks, AnAttentionThatProjectsToNothingIsNotComputedAndGivesTheSameBits) {
  ZeroProjection zero(source_);
  VaeMiddle middle = load_vae_middle(zero, "mid", kWidth);
  EXPECT_FALSE(middle.attends);
  EXPECT_TRUE(load_vae_middle(source_, "mid", kWidth).attends);
  const at::Tensor skipped = run(middle);
  EXPECT_TRUE(ops_.attentions.empty());
  middle.attends = true;
  EXPECT_TRUE(same_bits(run(middle), skipped));
  EXPECT_EQ(ops_.attentions.size(), 1U);
}

TEST_F(VaeBlocks, EveryNormUsesTheEpsOfTheAutoencoder) {
  run(load_vae_middle(source_, "mid", kWidth));
  ASSERT_EQ(ops_.norms.size(), 5U);
  for (const auto& norm : ops_.norms) EXPECT_EQ(norm.geometry.eps, 1e-6);
  EXPECT_EQ(ops_.norms[2].geometry.activation, Activation::None);
}

TEST_F(VaeBlocks, AttentionOfOlderFilesIsTheSame) {
  OlderNames older(source_);
  const at::Tensor current = run(load_vae_middle(source_, "mid", kWidth));
  EXPECT_TRUE(same_bits(run(load_vae_middle(older, "mid", kWidth)), current));
}

TEST_F(VaeBlocks, WithNeitherNamingTheCurrentNameIsMissed) {
  for (const char* name : {"to_q", "query"}) {
    source_.absent.insert(std::string("mid.attentions.0.") + name + ".weight");
  }
  try {
    load_vae_middle(source_, "mid", kWidth);
    FAIL() << "loaded";
  } catch (const std::runtime_error& error) {
    EXPECT_THAT(error.what(), ::testing::HasSubstr("mid.attentions.0.to_q.weight"));
  }
}

TEST_F(VaeBlocks, ResnetHasNoTimeProjectionAndNoDilation) {
  const ResnetWeights resnet = load_vae_resnet(source_, "r", kWidth, 24);
  EXPECT_FALSE(resnet.time_projection.weight.defined());
  EXPECT_EQ(resnet.dilation, DilationPolicy::Fixed);
  EXPECT_EQ(run_vae_resnet(x_, resnet, 4, ops_).size(1), 24);
}

}  // namespace
}  // namespace tessera::model
