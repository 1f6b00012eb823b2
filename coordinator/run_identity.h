#pragma once

#include <string>
#include <vector>

#include "coordinator/picture_record.h"

namespace tessera::coordinator {

/// All that decides about the pictures of a run. Two runs with equal identities make equal
/// pictures, on any number of ranks.
struct RunIdentity {
  /// JSON object: the keys that change pictures with their values, files by the digest of their
  /// content, "picture_version" and "rng_scheme".
  std::string keys;
  std::string hash;  ///< SHA-256 of `keys`
};

/// \param files  with digests; their keys stand for the paths of the configuration.
RunIdentity run_identity(const configs::JobConfig& job, const std::vector<InputFile>& files);

/// One text per key whose value differs, "seed: 124 here, 123 there". \param there
/// RunIdentity::keys of another run. \throws storage::DataError if it is not a JSON object.
std::vector<std::string> identity_differences(const std::string& here, const std::string& there);

}  // namespace tessera::coordinator
