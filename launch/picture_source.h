#pragma once

#include <string>
#include <vector>

#include "configs/config_sources.h"
#include "configs/job_config.h"
#include "coordinator/picture_record.h"

namespace tessera::launch {

/// The files that a configuration names, with their digests, for the records of pictures and for
/// their check. A model's digest covers the names and contents of its weight files.
/// \throws storage::MissingFileError, DataError, IoError.
std::vector<coordinator::InputFile> input_files(const configs::JobConfig& job);

/// Adds the record of a picture as a source. A record names files without their folders: keys that
/// neither option nor variable sets are looked for by that name here, beside the picture, among the
/// models that come with tessera and in the hub cache.
/// \throws storage::DataError for a picture without a record; MissingFileError naming a file that
///         is not found, and the option that tells where it is.
void add_picture(const std::string& picture, configs::ConfigSources& sources);

/// Checks that `files` are those that the picture was made from.
/// \throws storage::DataError naming both digests of the first file that differs.
void check_files_of_picture(const std::string& picture,
                            const std::vector<coordinator::InputFile>& files);

}  // namespace tessera::launch
