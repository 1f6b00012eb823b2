#pragma once

#include <cstddef>
#include <filesystem>

#include "partition/extent.h"
#include "storage/row_band.h"

namespace tessera::storage {

/// What every FrameWriter asks of the rows that it is given.
/// \throws std::invalid_argument if they do not begin at `next_row`, have another width than the
/// picture, leave it or have another number of samples.
void check_band(const RowBand& rows, int next_row, partition::Extent image);

/// \param sample  index in the row, three per column.
/// \throws DataError naming file, row and column.
[[noreturn]] void refuse_sample(const std::filesystem::path& file, int row, std::size_t sample);

}  // namespace tessera::storage
