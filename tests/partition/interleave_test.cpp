#include "partition/interleave.h"

#include <gtest/gtest.h>

#include <vector>

#include "partition/canonical_blocks.h"
#include "partition/strip_layout.h"

namespace tessera::partition {
namespace {

TEST(Interleave, PhaseLengthsOfAnUnevenLengthDifferByAtMostOne) {
  EXPECT_EQ(phase_length(10, 0, 3), 4);
  EXPECT_EQ(phase_length(10, 1, 3), 3);
  EXPECT_EQ(phase_length(10, 2, 3), 3);
  EXPECT_EQ(phase_length(2, 2, 3), 0);
}

TEST(Interleave, RowsOfAPhaseInAStripKeepTheGlobalPhase) {
  const PhaseRows rows = phase_rows({5, 12}, 1, 3);
  EXPECT_EQ(rows.first, 7);
  EXPECT_EQ(rows.step, 3);
  EXPECT_EQ(rows.count, 2);
}

TEST(Interleave, StripThatIsThinnerThanThePhaseStepMayHoldNoRow) {
  EXPECT_EQ(phase_rows({4, 6}, 3, 4).count, 0);
  EXPECT_EQ(phase_rows({4, 4}, 0, 4).count, 0);
}

TEST(InterleaveProp, StripsTogetherHoldEveryRowOfEveryPhaseOnce) {
  for (const int rows : {8, 12, 20, 34, 68}) {
    const std::vector<RowRange> blocks = canonical_blocks(rows, 1);
    for (int strips = 1; strips <= static_cast<int>(blocks.size()); ++strips) {
      for (int phases = 1; phases <= 5; ++phases) {
        const StripLayout layout = make_strips(blocks, strips);
        for (int phase = 0; phase < phases; ++phase) {
          int next = phase;
          for (const RowRange own : layout.all()) {
            const PhaseRows part = phase_rows(own, phase, phases);
            for (int i = 0; i < part.count; ++i, next += phases) {
              ASSERT_EQ(part.first + i * part.step, next);
            }
          }
          ASSERT_EQ((next - phase) / phases, phase_length(rows, phase, phases));
        }
      }
    }
  }
}

}  // namespace
}  // namespace tessera::partition
