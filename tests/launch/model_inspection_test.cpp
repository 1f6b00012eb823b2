#include "launch/model_inspection.h"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "storage/content_digest.h"
#include "storage/storage_error.h"
#include "storage/text_file.h"
#include "tests/launch/tiny_render.h"
#include "tests/storage/safetensors_bytes.h"
#include "tests/storage/temporary_folder.h"

namespace tessera::launch {
namespace {

using Json = nlohmann::json;

TEST(ModelInspection, CountsTensorsAndParametersOfAFile) {
  const storage::TemporaryFolder folder;
  const std::string header =
      R"({"__metadata__":{"format":"pt"},"a":{"dtype":"F32","shape":[2,3],"data_offsets":[0,24]},)"
      R"("b":{"dtype":"F16","shape":[4],"data_offsets":[24,32]}})";
  const auto file =
      folder.put("m.safetensors", storage::safetensors_bytes(header, std::string(32, '\0')));
  const Json report = Json::parse(inspect_weights(file, InspectionDepth::Everything));
  EXPECT_EQ(report["tensors"], 2);
  EXPECT_EQ(report["parameters"], 10);
  EXPECT_EQ(report["tensors_of_type"], Json({{"F16", 1}, {"F32", 1}}));
  EXPECT_EQ(report["metadata"]["format"], "pt");
  EXPECT_EQ(report["sha256"], storage::digest_of_file(file));
}

TEST(ModelInspection, AddsUpTheFilesOfAModel) {
  const Json report = Json::parse(inspect_model(golden_model(), InspectionDepth::Headers));
  EXPECT_EQ(report["kind"], "model");
  std::uint64_t parameters = 0;
  for (const Json& file : report["files"]) parameters += file["parameters"].get<std::uint64_t>();
  EXPECT_GE(report["files"].size(), 4u);
  EXPECT_EQ(report["parameters"], parameters);
}

TEST(ModelInspection, ReadsNoWeightsOfATorchCheckpoint) {
  const Json report =
      Json::parse(inspect_torch_checkpoint(golden_video_checkpoint(), InspectionDepth::Headers));
  EXPECT_EQ(report["tensors"], 639);
  EXPECT_EQ(report["tensors_of_type"], Json({{"F16", 636}, {"F32", 3}}));
  EXPECT_EQ(report["form"], "plain");
  EXPECT_EQ(report["facts"]["epoch"], "3");
  EXPECT_FALSE(report.contains("sha256"));
}

TEST(ModelInspection, VerifiesATorchCheckpoint) {
  const storage::TemporaryFolder folder;
  std::string bytes = storage::read_text(golden_video_checkpoint());
  const auto file = folder.put("m.ckpt", bytes);
  EXPECT_EQ(Json::parse(inspect_torch_checkpoint(file, InspectionDepth::Everything))["sha256"],
            storage::digest_of_file(file));
  bytes[bytes.size() / 2] ^= 1;
  EXPECT_THROW(inspect_torch_checkpoint(folder.put("m.ckpt", bytes), InspectionDepth::Everything),
               storage::DataError);
}

TEST(ModelInspection, ShowsTheConfigurationOfAConvertedModel) {
  const storage::TemporaryFolder folder;
  folder.put("model.safetensors", storage::safetensors_bytes("{}", ""));
  folder.put("config.json", R"({"format": "tessera video model"})");
  const Json report = Json::parse(inspect_model(folder.path(), InspectionDepth::Headers));
  EXPECT_EQ(report["config"]["format"], "tessera video model");
}

TEST(ModelInspection, RefusesAModelWithoutWeights) {
  const storage::TemporaryFolder folder;
  EXPECT_THROW(inspect_model(folder.path(), InspectionDepth::Headers), storage::DataError);
}

}  // namespace
}  // namespace tessera::launch
