#pragma once

#include <cstdlib>
#include <filesystem>
#include <optional>

namespace tessera::testing {

/// The folder of recorded video runs, with their model: TESSERA_FIXTURES, or `video` beside it;
/// nothing where neither is there.
inline std::optional<std::filesystem::path> recorded_videos() {
  const char* const named = std::getenv("TESSERA_FIXTURES");
  if (named == nullptr) return std::nullopt;
  const std::filesystem::path folder(named);
  for (const std::filesystem::path& place : {folder, folder / "../video"}) {
    if (std::filesystem::exists(place / "case_t2v")) return place;
  }
  return std::nullopt;
}

}  // namespace tessera::testing
