#pragma once

#include <string>

#include "launch/render_request.h"

namespace CLI {
class App;
}

namespace tessera::launch {

/// Adds an option of the group "Render" that names a file.
void add_file_option(CLI::App& command, const std::string& name, std::string& to,
                     const std::string& what);

/// Adds the options that `render` and `resume` share and that are no configuration keys: output,
/// replay, and which items. They fill `request`.
void add_run_options(CLI::App& command, RenderRequest& request);

}  // namespace tessera::launch
