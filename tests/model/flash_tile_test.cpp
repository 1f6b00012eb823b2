#include "model/layers/flash_tile.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <vector>

namespace tessera::model {
namespace {

/// One tile over one packed head, with a value of structure at every place.
class Tile {
 public:
  Tile(std::int64_t keys, std::int64_t width) : keys_(keys), width_(width) {
    const auto head = static_cast<std::size_t>(padded_keys(keys) * width);
    const auto tile = static_cast<std::size_t>(kTileQueries * width);
    packed_keys_.assign(head, 0.0f);
    values_.assign(head, 0.0f);
    queries_.assign(tile, 0.0f);
    output_.assign(tile, 0.0f);
    scores_.assign(static_cast<std::size_t>(kTileQueries * kBlockKeys), 0.0f);
    lse_.assign(static_cast<std::size_t>(kTileQueries), 0.0f);
    for (std::int64_t key = 0; key < keys; ++key) {
      for (std::int64_t d = 0; d < width; ++d) packed_keys_[key_place(key, d)] = key_value(key, d);
      for (std::int64_t d = 0; d < width; ++d) values_[value_place(key, d)] = value(key, d);
    }
    for (std::int64_t row = 0; row < kTileQueries; ++row) {
      for (std::int64_t d = 0; d < width; ++d) {
        queries_[place(row, d)] = query(row, d) * std::numbers::log2e_v<float>;
      }
    }
  }

  void run() {
    flash_tile({packed_keys_.data(), values_.data(), keys_, width_},
               {queries_.data(), scores_.data(), output_.data(), lse_.data()});
  }

  /// Largest deviation of outputs and log-sum-exps from a softmax in double.
  double deviation() const {
    double worst = 0;
    for (std::int64_t row = 0; row < kTileQueries; ++row) {
      std::vector<double> sums(static_cast<std::size_t>(width_), 0.0);
      double total = 0;
      for (std::int64_t key = 0; key < keys_; ++key) {
        double score = 0;
        for (std::int64_t d = 0; d < width_; ++d) {
          score += static_cast<double>(query(row, d)) * static_cast<double>(key_value(key, d));
        }
        total += std::exp(score);
        for (std::int64_t d = 0; d < width_; ++d) {
          sums[static_cast<std::size_t>(d)] += std::exp(score) * static_cast<double>(value(key, d));
        }
      }
      for (std::int64_t d = 0; d < width_; ++d) {
        const double expected = sums[static_cast<std::size_t>(d)] / total;
        worst = std::max(worst, std::abs(static_cast<double>(output_[place(row, d)]) - expected));
      }
      const auto lse = static_cast<double>(lse_[static_cast<std::size_t>(row)]);
      worst = std::max(worst, std::abs(lse - std::log(total)));
    }
    return worst;
  }

 private:
  std::size_t place(std::int64_t row, std::int64_t d) const {
    return static_cast<std::size_t>(row * width_ + d);
  }
  std::size_t key_place(std::int64_t key, std::int64_t d) const {
    const std::int64_t panel = key / kKeyLanes * kKeyLanes;
    return static_cast<std::size_t>(panel * width_ + d * kKeyLanes + key - panel);
  }
  std::size_t value_place(std::int64_t key, std::int64_t d) const {
    std::int64_t panel = 0;
    while (panel + value_panel(panel, width_) <= d) panel += value_panel(panel, width_);
    return static_cast<std::size_t>(panel * padded_keys(keys_) + key * value_panel(panel, width_) +
                                    d - panel);
  }
  static float wave(std::int64_t a, std::int64_t b, float phase) {
    return std::sin(static_cast<float>(a) * 0.37f + static_cast<float>(b) * 1.13f + phase);
  }
  static float query(std::int64_t row, std::int64_t d) { return wave(row, d, 0.1f); }
  static float key_value(std::int64_t key, std::int64_t d) { return wave(key, d, 1.7f); }
  static float value(std::int64_t key, std::int64_t d) { return wave(key, d, 2.9f); }

  std::int64_t keys_;
  std::int64_t width_;
  std::vector<float> packed_keys_;
  std::vector<float> values_;
  std::vector<float> queries_;
  std::vector<float> scores_;
  std::vector<float> output_;
  std::vector<float> lse_;
};

TEST(FlashTile, MatchesASoftmaxInDoubleForEveryFillOfTheLastBlock) {
  for (const std::int64_t width : {8, 16, 24, 40, 64}) {
    for (const std::int64_t keys : {1, 15, 16, 17, 77, 127, 128, 129, 144, 256, 257}) {
      SCOPED_TRACE(::testing::Message() << keys << " keys of width " << width);
      Tile tile(keys, width);
      tile.run();
      EXPECT_LT(tile.deviation(), 2e-5);  // scores reach 64, so exp(score) is off by 64 ulp
    }
  }
}

TEST(FlashTile, ScratchOfAnEarlierTileLeavesNoTrace) {
  Tile tile(130, 16);
  tile.run();
  const double first = tile.deviation();
  tile.run();
  EXPECT_EQ(tile.deviation(), first);
}

TEST(FlashTile, PanelsCoverEveryWidth) {
  for (std::int64_t width = 8; width <= 520; width += 8) {
    std::int64_t covered = 0;
    while (covered < width) covered += value_panel(covered, width);
    EXPECT_EQ(covered, width);
  }
}

}  // namespace
}  // namespace tessera::model
