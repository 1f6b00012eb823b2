#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "storage/checkpoint_layout.h"

namespace tessera::storage {

/// Called between the steps of h5_file_bytes().
struct H5WriteSteps {
  std::function<void()> amid_datasets;  ///< about half of the datasets are written
  std::function<void()> before_close;   ///< all is written but not closed
};

/// A layout and its content digest as the bytes of an HDF5 file: library format 1.10, every dataset
/// chunked and with Fletcher32, no times, so equal layouts give equal bytes. HDF5 writes into
/// memory alone: what goes wrong on a disk cannot happen inside it, where it is not recovered from.
/// \throws IoError with the reason that HDF5 gives.
std::vector<std::byte> h5_file_bytes(const CheckpointLayout& layout,
                                     const std::string& content_digest,
                                     const H5WriteSteps& steps = {});

}  // namespace tessera::storage
