#pragma once

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "storage/checkpoint_digest.h"
#include "storage/checkpoint_layout.h"
#include "storage/checkpoint_trailer.h"
#include "storage/content_digest.h"
#include "storage/h5_file_writer.h"
#include "storage/h5_handle.h"
#include "storage/text_file.h"
#include "tests/storage/temporary_folder.h"

namespace tessera::storage {

/// The file of `data` after `change` edited it as an HDF5 file, with a trailer that fits.
inline std::filesystem::path edited(const TemporaryFolder& folder, const CheckpointData& data,
                                    const std::function<void(hid_t)>& change) {
  const CheckpointLayout layout(data);
  const std::vector<std::byte> written = h5_file_bytes(layout, checkpoint_digest(layout));
  const std::filesystem::path part =
      folder.put("part.h5", {reinterpret_cast<const char*>(written.data()), written.size()});
  {
    const H5Handle file(H5Fopen(part.c_str(), H5F_ACC_RDWR, H5P_DEFAULT), H5Fclose);
    change(file.get());
  }
  const std::string bytes = read_text(part);
  const auto trailer = make_trailer(bytes.size(), digest_of_text(bytes));
  return folder.put("edited.h5", bytes + std::string(reinterpret_cast<const char*>(trailer.data()),
                                                     trailer.size()));
}

inline void set_integer(hid_t file, const char* group, const char* name, std::int64_t value) {
  ASSERT_GE(H5Adelete_by_name(file, group, name, H5P_DEFAULT), 0);
  const H5Handle space(H5Screate(H5S_SCALAR), H5Sclose);
  const H5Handle attribute(H5Acreate_by_name(file, group, name, H5T_STD_I64LE, space.get(),
                                             H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT),
                           H5Aclose);
  ASSERT_GE(H5Awrite(attribute.get(), H5T_NATIVE_INT64, &value), 0);
}

}  // namespace tessera::storage
