#include "model/unet/transformer_block.h"

#include <ATen/ATen.h>
#include <c10/core/InferenceMode.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/model/literal_attention.h"
#include "tests/model/recording_ops.h"

namespace tessera::model {
namespace {

using ::testing::ElementsAre;

constexpr int kWidth = 32;
constexpr int kHeads = 2;
constexpr int kContext = 24;

at::Tensor wide(const at::Tensor& t) { return t.to(at::kDouble); }

at::Tensor linear_in_double(const at::Tensor& x, const LinearWeights& w) {
  return at::linear(x, wide(w.weight), w.bias.defined() ? wide(w.bias) : at::Tensor());
}

at::Tensor norm_in_double(const at::Tensor& x, const NormWeights& w) {
  return at::layer_norm(x, {kWidth}, wide(w.weight), wide(w.bias), 1e-5);
}

at::Tensor attention_in_double(const at::Tensor& x, const at::Tensor& context,
                               const AttentionWeights& w) {
  const auto heads = [](const at::Tensor& t) {
    return t.reshape({t.size(0), t.size(1), kHeads, -1}).transpose(1, 2);
  };
  const at::Tensor kv = linear_in_double(context, w.kv);
  const at::Tensor out =
      literal_attention(heads(linear_in_double(x, w.q)), heads(kv.narrow(2, 0, kWidth)),
                        heads(kv.narrow(2, kWidth, kWidth)))
          .out_BKND;
  return linear_in_double(out.transpose(1, 2).reshape(x.sizes()), w.out);
}

at::Tensor block_in_double(at::Tensor x, const at::Tensor& context,
                           const TransformerBlockWeights& w) {
  const at::Tensor h = norm_in_double(x, w.norm1);
  x = x + attention_in_double(h, h, w.self);
  x = x + attention_in_double(norm_in_double(x, w.norm2), context, w.cross);
  const auto both = linear_in_double(norm_in_double(x, w.norm3), w.feed_forward.proj).chunk(2, 2);
  return x + linear_in_double(both[0] * at::gelu(both[1]), w.feed_forward.out);
}

class Transformer : public ::testing::Test {
 protected:
  TransformerWeights load(int depth, bool linear_projection = true) {
    int next = first_layer_;
    const TransformerWeights weights =
        load_transformer(source_, "t", {kWidth, kHeads, depth, kContext, linear_projection}, next);
    EXPECT_EQ(next, first_layer_ + depth);
    return weights;
  }

  at::Tensor run(const at::Tensor& x, const TransformerWeights& weights, StepContext step = {}) {
    std::vector<KeyValue> cross(static_cast<std::size_t>(first_layer_));
    for (const auto& block : weights.blocks) cross.push_back(project_context(context_, block));
    step.cross = &cross;
    return transformer(x, weights, 4, step, ops_);
  }

  at::Tensor reference(const at::Tensor& x, const TransformerWeights& w) const {
    const at::Tensor h = at::group_norm(wide(x), 4, wide(w.norm.weight), wide(w.norm.bias), 1e-6);
    at::Tensor tokens = linear_in_double(h.permute({0, 2, 3, 1}).flatten(1, 2), w.proj_in);
    for (const auto& block : w.blocks) tokens = block_in_double(tokens, wide(context_), block);
    tokens = linear_in_double(tokens, w.proj_out);
    return wide(x) + tokens.view({x.size(0), x.size(2), x.size(3), kWidth}).permute({0, 3, 1, 2});
  }

  c10::InferenceMode inference_;
  int first_layer_ = 3;
  SyntheticWeights source_;
  RecordingOps ops_{source_};
  at::Tensor context_ = noise({2, 77, kContext}, 1);
};

TEST_F(Transformer, MatchesTheDefinitionInDouble) {
  const TransformerWeights weights = load(2);
  const at::Tensor x = noise_map({2, kWidth, 5, 6}, 2);
  EXPECT_LT(relative_max(run(x, weights), reference(x, weights)), 2e-6);
}

TEST_F(Transformer, OfMoreTokensThanOneCrossAttentionChunkStillMatches) {
  const TransformerWeights weights = load(1);
  const at::Tensor x = noise_map({2, kWidth, 18, 17}, 3);
  EXPECT_LT(relative_max(run(x, weights), reference(x, weights)), 2e-6);
}

TEST_F(Transformer, LeavesItsInputAlone) {
  const at::Tensor x = noise_map({2, kWidth, 5, 6}, 4);
  const at::Tensor before = x.clone();
  run(x, load(1));
  EXPECT_TRUE(same_bits(x, before));
}

TEST_F(Transformer, ProjectionsByConvolutionAndByLinearLayersAreTheSame) {
  class AsConvolution final : public WeightSource {
   public:
    explicit AsConvolution(WeightSource& inner) : inner_(inner) {}
    at::Tensor require(const std::string& name, const std::vector<std::int64_t>& shape) override {
      if (shape.size() != 4) return inner_.require(name, shape);
      convolutions.push_back(name);
      return inner_.require(name, {shape[0], shape[1]}).view(shape);
    }
    bool has(const std::string& name) const override { return inner_.has(name); }
    std::vector<std::string> convolutions;

   private:
    WeightSource& inner_;
  };
  const at::Tensor x = noise_map({2, kWidth, 5, 6}, 5);
  const at::Tensor by_linear = run(x, load(1));
  AsConvolution source(source_);
  int next = first_layer_;
  const TransformerWeights weights =
      load_transformer(source, "t", {kWidth, kHeads, 1, kContext, false}, next);
  EXPECT_THAT(source.convolutions, ElementsAre("t.proj_in.weight", "t.proj_out.weight"));
  EXPECT_TRUE(same_bits(run(x, weights), by_linear));
}

TEST_F(Transformer, EntryNormHasItsOwnEpsAndNoActivation) {
  run(noise_map({2, kWidth, 4, 4}, 6), load(1));
  ASSERT_EQ(ops_.norms.size(), 1U);
  EXPECT_EQ(ops_.norms[0].geometry.eps, 1e-6);
  EXPECT_EQ(ops_.norms[0].geometry.groups, 4);
  EXPECT_EQ(ops_.norms[0].geometry.activation, Activation::None);
}

TEST_F(Transformer, TellsEachSelfAttentionItsLayerPathMapAndStep) {
  StepContext step;
  step.step = 17;
  run(noise_map({2, kWidth, 5, 6}, 7), load(2), step);
  ASSERT_EQ(ops_.attentions.size(), 2U);
  for (int k = 0; k < 2; ++k) {
    const auto& seen = ops_.attentions[static_cast<std::size_t>(k)];
    EXPECT_EQ(seen.site.layer, first_layer_ + k);
    EXPECT_EQ(seen.site.heads, kHeads);
    EXPECT_EQ(seen.site.path, "t.transformer_blocks." + std::to_string(k));
    EXPECT_EQ(seen.site.map, (partition::Extent{5, 6}));
    EXPECT_EQ(seen.step, 17);
  }
}

TEST_F(Transformer, ShowsInputAndOutputOfEachSelfAttention) {
  std::vector<std::string> names;
  const TensorTap tap = [&](const std::string& name, const at::Tensor& value, TapLayout layout) {
    names.push_back(name);
    EXPECT_EQ(layout, TapLayout::Tokens);
    EXPECT_EQ(value.sizes(), (std::vector<std::int64_t>{2, 30, kWidth}));
  };
  StepContext step;
  step.tap = &tap;
  run(noise_map({2, kWidth, 5, 6}, 8), load(2), step);
  EXPECT_THAT(names,
              ElementsAre("attn1.t.transformer_blocks.0.in", "attn1.t.transformer_blocks.0.out",
                          "attn1.t.transformer_blocks.1.in", "attn1.t.transformer_blocks.1.out"));
}

TEST_F(Transformer, ProjectedContextHoldsTheKeysAndValuesOfItsHeads) {
  const TransformerWeights weights = load(1);
  const KeyValue text = project_context(context_, weights.blocks[0]);
  const at::Tensor kv = linear_in_double(wide(context_), weights.blocks[0].cross.kv);
  ASSERT_EQ(text.k_BKND.sizes(), (std::vector<std::int64_t>{2, kHeads, 77, kWidth / kHeads}));
  EXPECT_LT(relative_max(text.k_BKND[1][1], kv[1].narrow(1, 16, 16)), 1e-6);
  EXPECT_LT(relative_max(text.v_BKND[0][0], kv[0].narrow(1, 32, 16)), 1e-6);
}

TEST(SplitHeads, AndJoinHeadsAreInverse) {
  const at::Tensor x = noise({2, 7, 24}, 9);
  const at::Tensor heads = split_heads(x, 3);
  EXPECT_EQ(heads.sizes(), (std::vector<std::int64_t>{2, 3, 7, 8}));
  EXPECT_TRUE(at::equal(heads[1][2], x[1].narrow(1, 16, 8)));
  EXPECT_TRUE(same_bits(join_heads(heads), x));
}

}  // namespace
}  // namespace tessera::model
