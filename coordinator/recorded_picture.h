#pragma once

#include <string>
#include <vector>

#include "coordinator/picture_record.h"

namespace tessera::coordinator {

/// What a picture's record tells `render --from`.
struct RecordedPicture {
  std::string config;            ///< a configuration document: JSON, which is YAML
  std::vector<InputFile> files;  ///< what the run read, by name and digest
  std::string version;
  std::string torch_version;
};

/// \param record  text of picture_record().
/// \throws storage::DataError saying what is wrong, for text that is no such record or has a format
///         of a later version.
RecordedPicture read_record(const std::string& record);

}  // namespace tessera::coordinator
