#include "storage/pickle_calls.h"

#include <algorithm>
#include <array>
#include <limits>

#include "storage/quoted_text.h"

namespace tessera::storage {
namespace {

using Kind = PickleGlobal::Kind;

struct AllowedName {
  std::string_view module;
  std::string_view name;
  PickleGlobal global;
};

constexpr std::array<AllowedName, 12> kAllowed = {
    {{"collections", "OrderedDict", {Kind::OrderedDict}},
     {"torch._utils", "_rebuild_tensor_v2", {Kind::RebuildTensor}},
     {"torch", "DoubleStorage", {Kind::Storage, Dtype::F64}},
     {"torch", "FloatStorage", {Kind::Storage, Dtype::F32}},
     {"torch", "HalfStorage", {Kind::Storage, Dtype::F16}},
     {"torch", "BFloat16Storage", {Kind::Storage, Dtype::BF16}},
     {"torch", "LongStorage", {Kind::Storage, Dtype::I64}},
     {"torch", "IntStorage", {Kind::Storage, Dtype::I32}},
     {"torch", "ShortStorage", {Kind::Storage, Dtype::I16}},
     {"torch", "CharStorage", {Kind::Storage, Dtype::I8}},
     {"torch", "ByteStorage", {Kind::Storage, Dtype::U8}},
     {"torch", "BoolStorage", {Kind::Storage, Dtype::Bool}}}};

constexpr std::size_t kMostDimensions = 64;

/// The value at `index` if it is of the type. \throws PickleFault naming `what`.
template <typename Value>
const Value& expect(const PickleDocument& document, PickleIndex index, const char* what) {
  const auto* value = std::get_if<Value>(&document.at(index));
  if (value == nullptr) throw PickleFault(std::string(what) + " is of another type than expected");
  return *value;
}

std::uint64_t count_of(const PickleDocument& document, PickleIndex index, const char* what) {
  const std::int64_t count = expect<std::int64_t>(document, index, what);
  if (count < 0) throw PickleFault(std::string(what) + " is " + std::to_string(count));
  return static_cast<std::uint64_t>(count);
}

std::vector<std::int64_t> counts_of(const PickleDocument& document, PickleIndex index,
                                    const char* what) {
  const PickleTuple& tuple = expect<PickleTuple>(document, index, what);
  if (tuple.items.size() > kMostDimensions) {
    throw PickleFault(std::string(what) + " has " + std::to_string(tuple.items.size()) +
                      " dimensions");
  }
  std::vector<std::int64_t> counts;
  for (const PickleIndex item : tuple.items) {
    counts.push_back(static_cast<std::int64_t>(count_of(document, item, what)));
  }
  return counts;
}

/// One more than the last element that a tensor touches, counted from the begin of its storage;
/// nothing if it leaves 64 bits.
std::optional<std::uint64_t> end_of(const PickleTensor& tensor) {
  std::uint64_t last = tensor.offset;
  for (std::size_t i = 0; i < tensor.shape.size(); ++i) {
    if (tensor.shape[i] == 0) return tensor.offset;
    std::uint64_t reach = 0;
    if (__builtin_mul_overflow(static_cast<std::uint64_t>(tensor.shape[i] - 1),
                               static_cast<std::uint64_t>(tensor.strides[i]), &reach) ||
        __builtin_add_overflow(last, reach, &last)) {
      return std::nullopt;
    }
  }
  if (last == std::numeric_limits<std::uint64_t>::max()) return std::nullopt;
  return last + 1;
}

void check_reach(const PickleTensor& tensor) {
  const std::optional<std::uint64_t> end = end_of(tensor);
  const std::optional<std::uint64_t> elements = tensor_bytes(tensor.shape, Dtype::U8);
  const std::uint64_t there = tensor.storage.elements;
  if (end && *end <= there && elements && *elements <= there) return;
  throw PickleFault("a tensor " + shape_text(tensor.shape) + " with strides " +
                    shape_text(tensor.strides) + " from element " + std::to_string(tensor.offset) +
                    " on reaches beyond its storage " + quoted_text(tensor.storage.key) + " of " +
                    std::to_string(there) + " elements");
}

PickleTensor rebuild_tensor(const PickleDocument& document, const PickleTuple& arguments) {
  const auto& items = arguments.items;
  if (items.size() != 6 && items.size() != 7) {
    throw PickleFault("a tensor has " + std::to_string(items.size()) + " arguments, not 6 or 7");
  }
  PickleTensor tensor;
  tensor.storage = expect<PickleStorage>(document, items[0], "the storage of a tensor");
  tensor.offset = count_of(document, items[1], "the offset of a tensor");
  tensor.shape = counts_of(document, items[2], "the shape of a tensor");
  tensor.strides = counts_of(document, items[3], "the strides of a tensor");
  expect<bool>(document, items[4], "requires_grad of a tensor");
  if (!expect<PickleDict>(document, items[5], "the hooks of a tensor").items.empty()) {
    throw PickleFault("a tensor has hooks");
  }
  if (tensor.shape.size() != tensor.strides.size()) {
    throw PickleFault("a tensor " + shape_text(tensor.shape) + " has the strides " +
                      shape_text(tensor.strides));
  }
  check_reach(tensor);
  return tensor;
}

}  // namespace

PickleGlobal allowed_global(std::string_view module, std::string_view name) {
  for (const AllowedName& allowed : kAllowed) {
    if (allowed.module == module && allowed.name == name) return allowed.global;
  }
  throw PickleFault("it refers to " + quoted_text(std::string(module).append(" ").append(name)) +
                    ", which no file of weights needs and which is never imported or called");
}

PickleValue rebuild(const PickleDocument& document, const PickleGlobal& global,
                    const PickleTuple& arguments) {
  if (global.kind == Kind::RebuildTensor) return rebuild_tensor(document, arguments);
  if (global.kind == Kind::Storage) throw PickleFault("a storage type is called");
  if (!arguments.items.empty()) throw PickleFault("OrderedDict is called with arguments");
  return PickleDict{};
}

PickleStorage persistent_storage(const PickleDocument& document, const PickleTuple& id) {
  if (id.items.size() != 5 ||
      expect<std::string>(document, id.items[0], "the kind of a persistent id") != "storage") {
    throw PickleFault("a persistent id is not (\"storage\", type, key, device, elements)");
  }
  const auto& global = expect<PickleGlobal>(document, id.items[1], "the type of a storage");
  if (global.kind != Kind::Storage) throw PickleFault("the type of a storage is none");
  expect<std::string>(document, id.items[3], "the device of a storage");
  return {expect<std::string>(document, id.items[2], "the key of a storage"), global.dtype,
          count_of(document, id.items[4], "the size of a storage")};
}

void check_ignored_state(const PickleDocument& document, const PickleValue& object,
                         const PickleValue& state) {
  const auto* members = std::get_if<PickleDict>(&state);
  const bool is_metadata = members != nullptr && members->items.size() == 1 &&
                           document.find(*members, "_metadata").has_value();
  if (is_metadata && std::holds_alternative<PickleDict>(object)) return;
  throw PickleFault("a state is given to an object; only the _metadata of a dict is known");
}

}  // namespace tessera::storage
