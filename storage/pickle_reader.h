#pragma once

#include <filesystem>
#include <string_view>

#include "storage/pickle_value.h"

namespace tessera::storage {

/// Reads the pickle of a file that torch.save made, as data.
///
/// An interpreter of the operations that such pickles consist of (PickleOpcode), over the names of
/// allowed_global(). Nothing is imported, constructed or called, whatever the pickle asks for.
/// Memory grows with the pickle, never beyond: no operation copies a value.
/// \param file  for messages.
/// \throws DataError naming file, fault and the byte of the operation: any other operation or name,
///         a pickle that ends early or goes on after its end, more than a million values, a fault
///         of rebuild(), persistent_storage() or check_ignored_state().
PickleDocument read_pickle(std::string_view pickle, const std::filesystem::path& file);

}  // namespace tessera::storage
