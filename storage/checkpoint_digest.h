#pragma once

#include <string>

#include "storage/checkpoint_layout.h"

namespace tessera::storage {

/// SHA-256 over every dataset in the order of its path: path, type, shape and bytes (row-major,
/// little-endian); then over every attribute: path, name and value. The exact stream is in
/// docs/checkpoint_format.md. It finds what the checksums of HDF5 do not: chunks that are absent,
/// a 16-bit word that turned from 0x0000 to 0xFFFF, a dataset under another's name.
std::string checkpoint_digest(const CheckpointLayout& layout);

}  // namespace tessera::storage
