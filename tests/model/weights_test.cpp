#include "model/weights.h"

#include <ATen/ATen.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "storage/safetensors_writer.h"
#include "storage/storage_error.h"
#include "tests/model/tensor_patterns.h"
#include "tests/storage/expect_error.h"
#include "tests/storage/temporary_folder.h"

namespace tessera::model {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr const char* kBase = "diffusion_pytorch_model";

storage::Dtype file_dtype(const at::Tensor& tensor) {
  switch (tensor.scalar_type()) {
    case at::kDouble:
      return storage::Dtype::F64;
    case at::kHalf:
      return storage::Dtype::F16;
    case at::kBFloat16:
      return storage::Dtype::BF16;
    case at::kLong:
      return storage::Dtype::I64;
    default:
      return storage::Dtype::F32;
  }
}

class OpenWeights : public ::testing::Test {
 protected:
  void put(const std::string& file, const std::map<std::string, at::Tensor>& tensors) const {
    std::vector<storage::TensorView> views;
    for (const auto& [name, tensor] : tensors) {
      views.push_back({name,
                       file_dtype(tensor),
                       tensor.sizes().vec(),
                       {static_cast<const std::byte*>(tensor.const_data_ptr()), tensor.nbytes()}});
    }
    storage::write_safetensors(folder_ / file, views, {});
  }

  void put_index(const std::string& file, const std::map<std::string, std::string>& shards) const {
    folder_.put(file, nlohmann::json{{"weight_map", shards}}.dump());
  }

  OpenedWeights open(const std::string& variant = "", c10::ScalarType dtype = at::kFloat) const {
    return open_weights(folder_.path(), kBase, variant, dtype);
  }

  template <typename Call>
  std::string refused(Call call) const {
    return storage::message_of<storage::DataError>(call);
  }

  storage::TemporaryFolder folder_;
  at::Tensor ramp_ = at::arange(6, at::kFloat).view({2, 3});
};

TEST_F(OpenWeights, ReadsTensorsThatOutliveTheFile) {
  put("diffusion_pytorch_model.safetensors", {{"a.weight", ramp_}});
  at::Tensor read;
  {
    const OpenedWeights weights = open();
    EXPECT_FALSE(weights.warning);
    EXPECT_TRUE(weights.source->has("a.weight"));
    EXPECT_FALSE(weights.source->has("b.weight"));
    read = weights.source->require("a.weight", {2, 3});
  }
  std::filesystem::remove(folder_ / "diffusion_pytorch_model.safetensors");
  EXPECT_TRUE(at::equal(read, ramp_));
}

TEST_F(OpenWeights, CastsEveryFloatTypeToTheComputeType) {
  put("diffusion_pytorch_model.safetensors", {{"half", ramp_.to(at::kHalf)},
                                              {"brain", ramp_.to(at::kBFloat16)},
                                              {"double", ramp_.to(at::kDouble)}});
  for (const c10::ScalarType dtype : {at::kFloat, at::kHalf, at::kDouble}) {
    const OpenedWeights weights = open("", dtype);
    for (const char* name : {"half", "brain", "double"}) {
      SCOPED_TRACE(name);
      EXPECT_TRUE(at::equal(weights.source->require(name, {2, 3}), ramp_.to(dtype)));
    }
  }
}

TEST_F(OpenWeights, PrefersTheAskedVariantThenThePlainFile) {
  put("diffusion_pytorch_model.safetensors", {{"a", ramp_}});
  put("diffusion_pytorch_model.fp16.safetensors", {{"a", (ramp_ + 1).to(at::kHalf)}});
  EXPECT_TRUE(at::equal(open("fp16").source->require("a", {2, 3}), ramp_ + 1));
  EXPECT_TRUE(at::equal(open("").source->require("a", {2, 3}), ramp_));
  const OpenedWeights other = open("bf16");
  EXPECT_TRUE(at::equal(other.source->require("a", {2, 3}), ramp_));
  EXPECT_FALSE(other.warning);
}

TEST_F(OpenWeights, TakesAnotherVariantWithAWarning) {
  put("diffusion_pytorch_model.fp16.safetensors", {{"a", ramp_.to(at::kHalf)}});
  const OpenedWeights weights = open();
  EXPECT_TRUE(at::equal(weights.source->require("a", {2, 3}), ramp_));
  ASSERT_TRUE(weights.warning);
  EXPECT_THAT(*weights.warning, HasSubstr("\"fp16\""));
}

class ShardedWeights : public OpenWeights, public ::testing::WithParamInterface<const char*> {};

TEST_P(ShardedWeights, ReadsEachTensorFromTheShardThatTheIndexNames) {
  put("one.safetensors", {{"a", ramp_}, {"b", ramp_ + 100}});
  put("two.safetensors", {{"b", ramp_ + 1}});
  put_index(GetParam(), {{"a", "one.safetensors"}, {"b", "two.safetensors"}});
  const OpenedWeights weights = open("fp16");
  EXPECT_TRUE(at::equal(weights.source->require("a", {2, 3}), ramp_));
  EXPECT_TRUE(at::equal(weights.source->require("b", {2, 3}), ramp_ + 1));
}

INSTANTIATE_TEST_SUITE_P(Index, ShardedWeights,
                         ::testing::Values("diffusion_pytorch_model.safetensors.index.json",
                                           "diffusion_pytorch_model.safetensors.index.fp16.json",
                                           "diffusion_pytorch_model.fp16.safetensors.index.json"));

TEST_F(OpenWeights, AMissingTensorIsNamedWithItsShapeAndTheFileThatShouldHoldIt) {
  put("one.safetensors", {{"a", ramp_}});
  put("two.safetensors", {{"c", ramp_}});
  put_index("diffusion_pytorch_model.safetensors.index.json",
            {{"a", "one.safetensors"}, {"b", "two.safetensors"}, {"c", "two.safetensors"}});
  const OpenedWeights weights = open();
  EXPECT_FALSE(weights.source->has("b"));
  EXPECT_THAT(
      refused([&] {
        weights.source->require("b", {4, 5});
      }),
      AllOf(HasSubstr("two.safetensors: tensor \"b\" is missing"),
            Not(HasSubstr("one.safetensors")), HasSubstr("index.json says"), HasSubstr("[4,5]")));
  EXPECT_THAT(refused([&] {
                weights.source->require("d", {4, 5});
              }),
              AllOf(HasSubstr("index.json: tensor \"d\" is missing: the index names no file"),
                    Not(HasSubstr("one.safetensors")), HasSubstr("[4,5]")));
}

TEST_F(OpenWeights, AWrongShapeIsRefusedWithBothShapes) {
  put("diffusion_pytorch_model.safetensors", {{"a", ramp_}});
  const OpenedWeights weights = open();
  for (const std::vector<std::int64_t>& shape :
       std::vector<std::vector<std::int64_t>>{{3, 2}, {6}, {2, 3, 1}}) {
    EXPECT_THAT(refused([&] { weights.source->require("a", shape); }),
                AllOf(HasSubstr("diffusion_pytorch_model.safetensors"),
                      HasSubstr("tensor \"a\" is [2,3], expected ")));
  }
}

TEST_F(OpenWeights, ATensorOfIntegersIsRefusedOnlyWhenItIsNeeded) {
  put("diffusion_pytorch_model.safetensors", {{"a", ramp_}, {"ids", at::arange(6)}});
  const OpenedWeights weights = open();
  weights.source->require("a", {2, 3});
  EXPECT_THAT(refused([&] { weights.source->require("ids", {6}); }),
              AllOf(HasSubstr("\"ids\""), HasSubstr("I64"), HasSubstr("F32")));
}

TEST_F(OpenWeights, NoWeightsAtAllAreAMissingFile) {
  EXPECT_THAT(storage::message_of<storage::MissingFileError>([&] { open(); }),
              HasSubstr("diffusion_pytorch_model.safetensors"));
}

TEST_F(OpenWeights, LayersAreLoadedByNameAndShape) {
  put("diffusion_pytorch_model.safetensors", {{"conv.weight", noise({4, 3, 3, 3}, 1)},
                                              {"conv.bias", noise({4}, 2)},
                                              {"point.weight", noise({4, 3, 1, 1}, 3)},
                                              {"point.bias", noise({4}, 4)}});
  const OpenedWeights weights = open();
  const ConvWeights conv = load_conv(*weights.source, "conv", 3, 4, 3);
  EXPECT_TRUE(conv.weight.is_contiguous(at::MemoryFormat::ChannelsLast));
  EXPECT_TRUE(at::equal(conv.weight, noise({4, 3, 3, 3}, 1)));
  const LinearWeights point = load_pointwise(*weights.source, "point", 3, 4);
  EXPECT_TRUE(at::equal(point.weight, noise({4, 3, 1, 1}, 3).view({4, 3})));
  EXPECT_TRUE(at::equal(point.bias, noise({4}, 4)));
}

TEST(LoadLinear, HasABiasOnlyWhereTheLayerHasOne) {
  ShapeCounter counter;
  EXPECT_FALSE(load_linear(counter, "q", 8, 16, Bias::None).bias.defined());
  EXPECT_TRUE(load_linear(counter, "out", 8, 16, Bias::Present).bias.defined());
  EXPECT_EQ(counter.parameters(), 8 * 16 + 8 * 16 + 16);
}

TEST(JoinOutputs, PutsTheFirstLayersOutputsFirst) {
  const LinearWeights first{noise({2, 3}, 1), noise({2}, 2)};
  const LinearWeights second{noise({4, 3}, 3), noise({4}, 4)};
  const LinearWeights joined = join_outputs(first, second);
  EXPECT_TRUE(at::equal(joined.weight.narrow(0, 0, 2), first.weight));
  EXPECT_TRUE(at::equal(joined.weight.narrow(0, 2, 4), second.weight));
  EXPECT_TRUE(at::equal(joined.bias, at::cat({first.bias, second.bias})));
  EXPECT_FALSE(join_outputs({first.weight, {}}, {second.weight, {}}).bias.defined());
}

TEST(ShapeCounter, CountsWithoutHoldingValues) {
  ShapeCounter counter;
  const at::Tensor weight = counter.require("huge", {1 << 20, 1 << 20});
  EXPECT_TRUE(weight.is_meta());
  EXPECT_EQ(counter.parameters(), std::int64_t{1} << 40);
  EXPECT_TRUE(counter.has("anything"));
}

}  // namespace
}  // namespace tessera::model
