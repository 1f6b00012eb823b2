#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "storage/tensor_view.h"

namespace tessera::storage {

/// The value None.
struct PickleNone {};

/// A name that a pickle may refer to; the only ones there are.
struct PickleGlobal {
  enum class Kind { OrderedDict, RebuildTensor, Storage };

  Kind kind = Kind::OrderedDict;
  Dtype dtype = Dtype::F32;  ///< elements of a Storage
};

/// The bytes that tensors share, kept outside of the pickle under `key`.
struct PickleStorage {
  std::string key;
  Dtype dtype = Dtype::F32;
  std::uint64_t elements = 0;
};

/// A part of a storage. Offset, shape and strides count elements; nothing reaches beyond the
/// storage's `elements`, and there are no more elements than the storage has.
struct PickleTensor {
  PickleStorage storage;
  std::uint64_t offset = 0;
  std::vector<std::int64_t> shape;
  std::vector<std::int64_t> strides;
};

/// Index of a value in PickleDocument::values: values that are referred to twice are kept once, so
/// that no pickle becomes larger than it is, and nesting of any depth costs no stack.
using PickleIndex = std::size_t;

struct PickleList {
  std::vector<PickleIndex> items;
};

struct PickleTuple {
  std::vector<PickleIndex> items;
};

/// Also an OrderedDict.
struct PickleDict {
  std::vector<std::pair<PickleIndex, PickleIndex>> items;
};

using PickleValue =
    std::variant<PickleNone, bool, std::int64_t, double, std::string, PickleList, PickleTuple,
                 PickleDict, PickleGlobal, PickleStorage, PickleTensor>;

/// All values of a pickle. A plain value that may refer to itself: walk it with care.
struct PickleDocument {
  std::vector<PickleValue> values;
  PickleIndex root = 0;

  const PickleValue& at(PickleIndex index) const { return values.at(index); }
  /// The value of the text key in a dict, the last one as in Python; nothing if it has none.
  std::optional<PickleIndex> find(const PickleDict& dict, std::string_view key) const {
    std::optional<PickleIndex> found;
    for (const auto& [name, value] : dict.items) {
      const auto* text = std::get_if<std::string>(&at(name));
      if (text != nullptr && *text == key) found = value;
    }
    return found;
  }
};

}  // namespace tessera::storage
