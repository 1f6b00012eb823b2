#include "launch/run_options.h"

#include <CLI/CLI.hpp>

namespace tessera::launch {
namespace {

constexpr const char* kGroup = "Render";

}  // namespace

void add_file_option(CLI::App& command, const std::string& name, std::string& to,
                     const std::string& what) {
  command.add_option(name, to, what)->type_name("FILE")->group(kGroup);
}

void add_run_options(CLI::App& command, RenderRequest& request) {
  add_file_option(command, "-o,--output", request.copy_to, "Copy of the final picture");
  add_file_option(command, "--replay", request.replay_file,
                  "Takes every random tensor and crop shift from this file");
  ItemSelection& selection = request.selection;
  const auto take_items = [&selection](const std::string& text) {
    selection.ranges = parse_items(text);
  };
  const auto take_shard = [&selection](const std::string& text) { parse_shard(text, selection); };
  command
      .add_option_function<std::string>("--items", take_items,
                                        "Renders these items of the run only, as in 1-10,20-40:2")
      ->type_name("LIST")
      ->group(kGroup);
  command
      .add_option_function<std::string>("--shard", take_shard,
                                        "Renders every N-th of the items, beginning with the I-th")
      ->type_name("I/N")
      ->group(kGroup);
}

}  // namespace tessera::launch
