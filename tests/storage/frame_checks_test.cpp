#include "storage/frame_checks.h"

#include <stdexcept>
#include <vector>

#include "storage/storage_error.h"
#include "tests/storage/expect_error.h"

namespace tessera::storage {
namespace {

using testing::HasSubstr;

TEST(CheckBand, AcceptsTheNextRowsAlone) {
  const std::vector<float> samples(2 * 5 * 3);
  const partition::Extent image{4, 5};
  check_band({1, 2, 5, samples}, 1, image);
  check_band({1, 0, 5, {}}, 1, image);
  const auto refusal = [&](const RowBand& rows) {
    return message_of<std::invalid_argument>([&] { check_band(rows, 1, image); });
  };
  EXPECT_THAT(refusal({2, 2, 5, samples}), HasSubstr("came where row 1"));
  EXPECT_THAT(refusal({1, 2, 4, samples}), HasSubstr("of 4 columns"));
  EXPECT_THAT(refusal({1, 4, 5, samples}), HasSubstr("rows 1 + 4"));
  EXPECT_THAT(refusal({1, 1, 5, samples}), HasSubstr("with 30 samples"));
  EXPECT_THAT(refusal({1, -1, 5, {}}), HasSubstr("rows 1 + -1"));
}

TEST(RefuseSample, NamesRowAndColumn) {
  EXPECT_THAT(message_of<DataError>([] { refuse_sample("a.png", 7, 10); }),
              HasSubstr("a.png: the sample at row 7, column 3 is not a number"));
}

}  // namespace
}  // namespace tessera::storage
