#include "model/sampling/bicubic_upscale.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <stdexcept>

#include "tests/model/golden_tensors.h"

namespace tessera::model {
namespace {

using partition::Extent;
using partition::RowRange;

at::Tensor resized(const at::Tensor& x, Extent target) {
  const Extent source{static_cast<int>(x.size(2)), static_cast<int>(x.size(3))};
  return bicubic_rows(x, {0, source.rows}, source, {0, target.rows}, target);
}

TEST(BicubicUpscale, DoublingHasTheKnownWeights) {
  // An impulse at source row 4: output 2k+2 is at fraction 0.25 of floor k, output 2k+1 at 0.75.
  const at::Tensor impulse = at::zeros({1, 1, 9, 1});
  impulse[0][0][4][0] = 1;
  const at::Tensor out = resized(impulse, {18, 1}).flatten();
  const float odd[] = {-0.03515625F, 0.26171875F, 0.87890625F, -0.10546875F};
  for (int tap = 0; tap < 4; ++tap) {
    // Odd output x = 2 floor + 1 at t = 0.25; the taps of floor are floor - 1 .. floor + 2.
    EXPECT_FLOAT_EQ(out[2 * (2 + tap) + 1].item<float>(), odd[tap]) << tap;
    EXPECT_FLOAT_EQ(out[2 * (3 + tap)].item<float>(), odd[3 - tap]) << tap;
  }
}

TEST(BicubicUpscaleGolden, MatchesTorchForAnyRatio) {
  const GoldenTensors golden("samplers.safetensors");
  for (const char* name : {"bicubic_0", "bicubic_1", "bicubic_2"}) {
    SCOPED_TRACE(name);
    const at::Tensor expected = golden[std::string(name) + ".out"];
    const at::Tensor out =
        resized(golden[std::string(name) + ".in"],
                {static_cast<int>(expected.size(2)), static_cast<int>(expected.size(3))});
    EXPECT_LT((out - expected).abs().max().item<double>(), 1e-6);
  }
}

TEST(BicubicUpscale, MatchesTheOperatorOfTorchWhenDoubling) {
  const at::Tensor x = at::randn({1, 3, 24, 40});
  const at::Tensor expected = at::upsample_bicubic2d(x, {48, 80}, /*align_corners=*/false);
  EXPECT_LT((resized(x, {48, 80}) - expected).abs().max().item<double>(), 2e-6);
}

TEST(BicubicUpscale, KeepsTheSameSize) {
  const at::Tensor x = at::randn({1, 4, 6, 5});
  EXPECT_TRUE(at::equal(resized(x, {6, 5}), x));
}

TEST(BicubicUpscaleProp, AStripFromItsOwnSourceRowsEqualsTheWhole) {
  const Extent source{24, 20};
  const at::Tensor x = at::randn({1, 3, source.rows, source.cols});
  for (const Extent target : {Extent{48, 40}, Extent{52, 72}, Extent{96, 80}, Extent{16, 12}}) {
    const at::Tensor whole = resized(x, target);
    for (const int rows : {1, 4, 12}) {
      for (int begin = 0; begin + rows <= target.rows; begin += rows) {
        const RowRange wanted{begin, begin + rows};
        const RowRange held = bicubic_source_rows(wanted, source.rows, target.rows);
        const at::Tensor strip =
            bicubic_rows(x.narrow(2, held.begin, held.rows()), held, source, wanted, target);
        ASSERT_TRUE(at::equal(strip, whole.narrow(2, begin, rows))) << target.rows << ' ' << begin;
      }
    }
  }
}

TEST(BicubicUpscale, SourceRowsCoverFourTapsInsideTheCanvas) {
  EXPECT_EQ(bicubic_source_rows({0, 4}, 8, 16), (RowRange{0, 4}));
  EXPECT_EQ(bicubic_source_rows({4, 8}, 8, 16), (RowRange{0, 6}));
  EXPECT_EQ(bicubic_source_rows({12, 16}, 8, 16), (RowRange{4, 8}));
  EXPECT_TRUE(bicubic_source_rows({4, 4}, 8, 16).empty());
}

TEST(BicubicUpscale, RefusesMissingRows) {
  const at::Tensor x = at::zeros({1, 1, 4, 8});
  EXPECT_THROW(bicubic_rows(x, {0, 4}, {8, 8}, {0, 16}, {16, 16}), std::invalid_argument);
  EXPECT_THROW(bicubic_rows(x, {0, 8}, {8, 8}, {0, 16}, {16, 16}), std::invalid_argument);
}

}  // namespace
}  // namespace tessera::model
