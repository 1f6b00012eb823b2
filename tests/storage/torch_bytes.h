#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tests/storage/zip_bytes.h"

namespace tessera::storage {

/// Pieces of pickles as torch.save writes them (protocol 2).
namespace pickled {

std::string text(const std::string& value);  ///< BINUNICODE
std::string number(std::int32_t value);      ///< BININT
std::string tuple(const std::vector<std::int64_t>& numbers);
std::string dict(const std::string& keys_and_values);  ///< EMPTY_DICT MARK ... SETITEMS
/// `type`: e.g. "FloatStorage".
std::string storage(const std::string& type, const std::string& key, std::int32_t elements);
std::string tensor(const std::string& storage, std::int32_t offset,
                   const std::vector<std::int64_t>& shape,
                   const std::vector<std::int64_t>& strides);
std::string document(const std::string& value);  ///< PROTO 2 ... STOP

}  // namespace pickled

/// The entries of a small valid file of two tensors: "a", F32 [2,3] (0, 1, ... 5), and "b", the
/// column 1 of it, strided; beside them `epoch` 7.
std::vector<ZipMember> sample_torch_members();

}  // namespace tessera::storage
