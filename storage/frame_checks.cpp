#include "storage/frame_checks.h"

#include <stdexcept>
#include <string>

#include "partition/size_text.h"
#include "storage/storage_error.h"

namespace tessera::storage {
namespace {

constexpr std::size_t kChannels = 3;

}  // namespace

void check_band(const RowBand& rows, int next_row, partition::Extent image) {
  if (rows.row_begin == next_row && rows.rows >= 0 && rows.rows <= image.rows - rows.row_begin &&
      rows.cols == image.cols &&
      rows.pixels.size() ==
          static_cast<std::size_t>(image.cols) * kChannels * static_cast<std::size_t>(rows.rows)) {
    return;
  }
  throw std::invalid_argument("rows " + std::to_string(rows.row_begin) + " + " +
                              std::to_string(rows.rows) + " of " + std::to_string(rows.cols) +
                              " columns with " + std::to_string(rows.pixels.size()) +
                              " samples came where row " + std::to_string(next_row) +
                              " of a picture of " + partition::size_text(image) + " was expected");
}

void refuse_sample(const std::filesystem::path& file, int row, std::size_t sample) {
  throw DataError(file.string() + ": the sample at row " + std::to_string(row) + ", column " +
                  std::to_string(sample / kChannels) +
                  " is not a number: the autoencoder or the network overflowed.");
}

}  // namespace tessera::storage
