#pragma once

#include <string>

#include "launch/render_request.h"

namespace tessera::launch {

/// The value of --trace-layers, STAGE:STEP, both from 0. \throws UsageError.
void parse_trace_layers(const std::string& text, RenderRequest& request);

}  // namespace tessera::launch
