#include "launch/model_inspection.h"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "storage/content_digest.h"
#include "storage/storage_error.h"
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

TEST(ModelInspection, RefusesAModelWithoutWeights) {
  const storage::TemporaryFolder folder;
  EXPECT_THROW(inspect_model(folder.path(), InspectionDepth::Headers), storage::DataError);
}

}  // namespace
}  // namespace tessera::launch
