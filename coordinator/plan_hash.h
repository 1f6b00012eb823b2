#pragma once

#include <string>

#include "worker/render_task.h"

namespace tessera::coordinator {

/// A canonical text of everything in the task that all ranks must agree on: one `name = value` line
/// per field, lists indexed. `cpu_threads` is left out, since hosts may differ in it.
std::string describe_task(const worker::RenderTask& task);

/// SHA-256 of describe_task(), 64 lower-case hexadecimal digits.
std::string plan_hash(const worker::RenderTask& task);

}  // namespace tessera::coordinator
