#include "storage/checkpoint_layout.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>

#include "tests/storage/sample_checkpoint.h"

namespace tessera::storage {
namespace {

using testing::ElementsAre;

std::vector<std::string> paths_of(const CheckpointLayout& layout) {
  std::vector<std::string> paths;
  for (const TensorView& dataset : layout.datasets()) paths.push_back(dataset.name);
  return paths;
}

const TensorView& dataset_at(const CheckpointLayout& layout, std::string_view path) {
  for (const TensorView& dataset : layout.datasets()) {
    if (dataset.name == path) return dataset;
  }
  throw std::out_of_range(std::string(path));
}

TEST(CheckpointLayout, NamesEveryDatasetInTheOrderOfPaths) {
  const CheckpointData data = sample_checkpoint();
  EXPECT_THAT(paths_of(CheckpointLayout(data)),
              ElementsAre("/config", "/inputs/digest", "/inputs/key", "/latents/x", "/latents/z_up",
                          "/outputs/digest", "/outputs/file", "/outputs/item", "/outputs/stage",
                          "/picture_keys", "/stages/0/latents", "/stages/1/latents"));
}

TEST(CheckpointLayout, LeavesOutWhatThereIsNot) {
  CheckpointData data;
  data.x = sample_array({1, 4, 8, 8});
  EXPECT_THAT(paths_of(CheckpointLayout(data)), ElementsAre("/latents/x"));
}

TEST(CheckpointLayout, PadsTheTextsOfATableWithZeros) {
  CheckpointData data = sample_checkpoint();
  data.inputs = {{"a", "1"}, {"abc", "22"}};
  const CheckpointLayout layout(data);
  const TensorView& keys = dataset_at(layout, "/inputs/key");
  EXPECT_THAT(keys.shape, ElementsAre(2, 3));
  EXPECT_EQ(std::memcmp(keys.bytes.data(), "a\0\0abc", 6), 0);
}

TEST(CheckpointLayout, ChunksAreBandsOf32Rows) {
  EXPECT_THAT(chunk_sides({16, 4, 1024, 1000}), ElementsAre(1, 4, 32, 1000));
  EXPECT_THAT(chunk_sides({1, 4, 8, 10}), ElementsAre(1, 4, 8, 10));
  EXPECT_THAT(chunk_sides({5000, 64}), ElementsAre(1024, 64));
  EXPECT_THAT(chunk_sides({100'000}), ElementsAre(65536));
  EXPECT_THAT(chunk_sides({10}), ElementsAre(10));
}

TEST(CheckpointLayout, ListsThePathsInAnAttribute) {
  EXPECT_THAT(listed_paths("/a\n/b/c\n"), ElementsAre("/a", "/b/c"));
  EXPECT_THAT(listed_paths("/a"), ElementsAre("/a"));
  EXPECT_TRUE(listed_paths("").empty());
}

}  // namespace
}  // namespace tessera::storage
