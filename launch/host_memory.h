#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>

namespace tessera::launch {

/// Bytes that the processes of this host may still use: what the kernel calls available, or the
/// limit of a control group (version 1 or 2) that this process is in, whichever is less. Nothing
/// where the system does not tell.
/// \param root  of the file tree with proc and sys.
std::optional<std::int64_t> available_memory(const std::filesystem::path& root = "/");

}  // namespace tessera::launch
