#pragma once

#include <optional>
#include <string>
#include <vector>

#include "configs/config_sources.h"
#include "launch/bench_request.h"
#include "launch/console.h"
#include "launch/convert_options.h"
#include "launch/inspection_depth.h"
#include "launch/plan_request.h"
#include "launch/render_request.h"
#include "launch/sbatch_script.h"

namespace tessera::launch {

/// What the arguments ask for, before any file is read.
struct CommandLine {
  enum class Command {
    Help,
    Version,
    Render,
    ConfigShow,
    ConfigValidate,
    ConfigSchema,
    ConfigPresets,
    Sbatch,
    Inspect,
    Plan,
    Bench,
    Doctor,
    Convert
  };
  enum class Form { People, Json, Markdown };

  Command command = Command::Help;
  std::string help;  ///< text of --help
  Form form = Form::People;
  int verbosity = 0;  ///< -v counts up, -q down
  Console::Color color = Console::Color::Auto;

  /// Keys, height and width that options set. The rest is filled by collect_sources().
  configs::ConfigSources options;
  std::optional<std::string> config_file;  ///< -c, or the argument of `config validate`
  RenderRequest render;
  SbatchRequest sbatch;
  PlanRequest plan;
  BenchRequest bench;
  std::string doctor_folder = ".";  ///< where `doctor` tries to write
  ConvertRequest convert;
  std::vector<std::string> inspected_paths;  ///< arguments of `inspect`, at least one
  InspectionDepth inspection_depth = InspectionDepth::Headers;
};

/// Understands the arguments. Every configuration key is an option of `render` and `config show`,
/// derived from config_keys().
/// \throws UsageError, for an unknown option with the nearest one.
CommandLine parse_command_line(const std::vector<std::string>& arguments);

}  // namespace tessera::launch
