#pragma once

namespace tessera::coordinator {

/// Raised whenever a change to the program changes pictures, so that a run which an older program
/// began is not finished by a newer one.
inline constexpr int kPictureVersion = 1;

}  // namespace tessera::coordinator
