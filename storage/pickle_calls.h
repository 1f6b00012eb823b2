#pragma once

#include <stdexcept>
#include <string_view>

#include "storage/pickle_value.h"

namespace tessera::storage {

/// What is wrong with a pickle, without its place, which PickleReader adds.
class PickleFault : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// The names that a pickle of torch.save may refer to: collections.OrderedDict,
/// torch._utils._rebuild_tensor_v2 and the storages of ten element types. They are values of this
/// program; nothing is imported. \throws PickleFault for any other name.
PickleGlobal allowed_global(std::string_view module, std::string_view name);

/// What REDUCE gives: an empty dict for OrderedDict(), a tensor for _rebuild_tensor_v2(storage,
/// offset, shape, strides, requires_grad, hooks). Nothing is called. \throws PickleFault for other
/// arguments, and for a tensor that reaches beyond its storage or has more elements than it.
PickleValue rebuild(const PickleDocument& document, const PickleGlobal& global,
                    const PickleTuple& arguments);

/// The storage of a persistent id ("storage", TYPE, KEY, DEVICE, ELEMENTS). \throws PickleFault.
PickleStorage persistent_storage(const PickleDocument& document, const PickleTuple& id);

/// The state that BUILD gives to `object` may be ignored: a dict whose state is {"_metadata": ...}.
/// \throws PickleFault for any other object or state.
void check_ignored_state(const PickleDocument& document, const PickleValue& object,
                         const PickleValue& state);

}  // namespace tessera::storage
