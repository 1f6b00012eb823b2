#pragma once

#include <chrono>
#include <string>

namespace tessera::coordinator {

/// "2026-11-25T11:04:11.250Z".
std::string utc_time(std::chrono::system_clock::time_point time);

}  // namespace tessera::coordinator
