#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "configs/config_place.h"

namespace tessera::launch {

struct CsvCell {
  std::string text;
  configs::ConfigPlace place;
};

/// The records of a CSV text as RFC 4180 has it: commas between cells, LF or CRLF after a record; a
/// cell in double quotes may hold commas, doubled quotes and line breaks, which become LF. Blanks
/// around a cell without quotes are dropped, and records of one empty cell are left out.
/// \param source  name for messages and places.
/// \throws configs::ConfigError with file:line:column for a quote that is not closed, is followed
/// by
///         text, or stands in a cell without quotes.
std::vector<std::vector<CsvCell>> read_csv(std::string_view text, const std::string& source);

}  // namespace tessera::launch
