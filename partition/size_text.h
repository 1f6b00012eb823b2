#pragma once

#include <string>

#include "partition/extent.h"

namespace tessera::partition {

/// Rows, then columns, for messages and keys: "512x768".
std::string size_text(Extent size);

}  // namespace tessera::partition
