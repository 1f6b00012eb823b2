#include "model/layers/row_chunks.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <mutex>
#include <utility>
#include <vector>

namespace tessera::model {
namespace {

using Chunks = std::vector<std::pair<std::int64_t, std::int64_t>>;

Chunks chunks_of(std::int64_t count, std::int64_t chunk) {
  Chunks chunks;
  std::mutex mutex;
  for_row_chunks(count, chunk, [&](std::int64_t begin, std::int64_t end) {
    const std::lock_guard lock(mutex);
    chunks.emplace_back(begin, end);
  });
  std::sort(chunks.begin(), chunks.end());
  return chunks;
}

TEST(ForRowChunks, CoversTheRowsOnceAndCutsTheLastChunk) {
  EXPECT_EQ(chunks_of(10, 4), (Chunks{{0, 4}, {4, 8}, {8, 10}}));
  EXPECT_EQ(chunks_of(8, 4), (Chunks{{0, 4}, {4, 8}}));
  EXPECT_EQ(chunks_of(3, 4), (Chunks{{0, 3}}));
}

TEST(ForRowChunks, NoRowsMeanNoCall) { EXPECT_TRUE(chunks_of(0, 4).empty()); }

TEST(ForRowChunks, ChunksDoNotDependOnTheNumberOfThreads) {
  const int threads = at::get_num_threads();
  at::set_num_threads(2);
  const Chunks two = chunks_of(1001, 16);
  at::set_num_threads(1);
  const Chunks one = chunks_of(1001, 16);
  at::set_num_threads(threads);
  EXPECT_EQ(one, two);
  EXPECT_EQ(one.size(), 63U);
}

TEST(ForRowChunks, WorkMayWriteIntoTensorsOfTheCaller) {
  at::Tensor target = at::zeros({10}, at::kFloat);
  for_row_chunks(10, 3, [&](std::int64_t begin, std::int64_t end) {
    target.narrow(0, begin, end - begin).add_(1);
  });
  EXPECT_TRUE(at::equal(target, at::ones({10}, at::kFloat)));
}

}  // namespace
}  // namespace tessera::model
