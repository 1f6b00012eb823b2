#include "launch/shipped_model.h"

#include <gtest/gtest.h>

#include "tests/storage/temporary_folder.h"

namespace tessera::launch {
namespace {

TEST(ShippedModel, IsFoundAboveTheProgram) {
  const storage::TemporaryFolder tree;
  tree.put("examples/little/model_index.json", "{}");
  EXPECT_EQ(find_shipped_model("examples/little", tree / "build/release/bin", "/nowhere"),
            (tree / "examples/little").string());
}

TEST(ShippedModel, IsFoundInTheShareFolderOfAnInstallation) {
  const storage::TemporaryFolder tree;
  tree.put("share/tessera/examples/little/model_index.json", "{}");
  EXPECT_EQ(find_shipped_model("examples/little", tree / "bin", "/nowhere"),
            (tree / "share/tessera/examples/little").string());
}

TEST(ShippedModel, IsFoundInTheSourceTree) {
  const storage::TemporaryFolder tree;
  tree.put("examples/little/model_index.json", "{}");
  EXPECT_EQ(find_shipped_model("examples/little", "/nowhere/bin", tree.path()),
            (tree / "examples/little").string());
}

TEST(ShippedModel, LeavesOtherPathsAlone) {
  EXPECT_EQ(find_shipped_model("models/sdxl"), "models/sdxl");
  EXPECT_EQ(find_shipped_model("/examples/demo_model"), "/examples/demo_model");
  EXPECT_EQ(find_shipped_model("examples/none", "/nowhere/bin", "/nowhere"), "examples/none");
}

TEST(ShippedModel, FindsTheDemoModelFromAnyFolder) {
  const std::filesystem::path found = find_shipped_model("examples/demo_model");
  EXPECT_TRUE(std::filesystem::exists(found / "model_index.json"));
}

}  // namespace
}  // namespace tessera::launch
