#include "launch/command_line.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <utility>

#include "configs/nearest_name.h"
#include "launch/bench_options.h"
#include "launch/convert_options.h"
#include "launch/help_texts.h"
#include "launch/key_options.h"
#include "launch/plan_options.h"
#include "launch/run_options.h"
#include "launch/sbatch_options.h"
#include "launch/trace_layers.h"
#include "launch/usage_error.h"

namespace tessera::launch {
namespace {

using Command = CommandLine::Command;

/// Everything that stays alive while CLI11 parses.
class Grammar {
 public:
  Grammar() : app_(kAbout, "tessera") {
    app_.require_subcommand(0, 1);
    app_.fallthrough();
    app_.allow_extras();
    app_.footer(kGlobalFooter);
    app_.get_formatter()->column_width(44);
    add_global_options();
    add_render();
    add_resume();
    add_config();
    commands_.emplace_back(add_sbatch_command(app_, line_.sbatch), Command::Sbatch);
    add_inspect();
    add_plan();
    add_bench();
    add_doctor();
    commands_.emplace_back(add_convert_command(app_, line_.convert), Command::Convert);
  }

  CommandLine parse(std::vector<std::string> arguments) {
    std::reverse(arguments.begin(), arguments.end());
    try {
      app_.parse(arguments);
    } catch (const CLI::CallForHelp&) {
      line_.command = Command::Help;
      line_.help = app_.help();
      return line_;
    } catch (const CLI::ParseError& error) {
      throw UsageError(std::string(error.what()) + ". See tessera --help.");
    }
    refuse_leftovers();
    finish();
    return line_;
  }

 private:
  void add_global_options() {
    app_.add_flag("--version", version_, "Version; with -v also of libraries and build");
    app_.add_flag_function(
        "-v,--verbose", [this](std::int64_t n) { line_.verbosity += static_cast<int>(n); },
        "Log more (-vv: everything)");
    app_.add_flag_function(
        "-q,--quiet", [this](std::int64_t n) { line_.verbosity -= static_cast<int>(n); },
        "Neither progress nor notes nor warnings");
    app_.add_option("--color", color_, "Colours on the terminal: auto, always, never")
        ->type_name("WHEN")
        ->check(CLI::IsMember({"auto", "always", "never"}));
  }

  void add_job_options(CLI::App& command) {
    command.add_option("-c,--config", config_file_, "Configuration file (YAML)")
        ->type_name("FILE")
        ->group("Job");
    add_key_options(command, line_.options);
    command.get_formatter()->column_width(44);
    command.allow_extras();
    command.footer(kGlobalFooter);
  }

  void add_render() {
    CLI::App& render =
        add_command(app_, Command::Render, "render",
                    "Renders pictures; goes on with the run that its run directory holds");
    add_file_option(render, "--from", line_.render.from_picture,
                    "Takes the keys that change the picture from a PNG that tessera made");
    add_file_option(render, "--trace", line_.render.trace_file,
                    "Writes latents, stage results and schedule to this file");
    render.add_option("--trace-layers", trace_layers_, "Also captures the layers of one step")
        ->type_name("STAGE:STEP")
        ->group("Render");
    render
        .add_option("--resume", resume_,
                    "auto: goes on with an unfinished run; never: starts over; require: only goes "
                    "on")
        ->type_name("WHEN")
        ->check(CLI::IsMember({"auto", "never", "require"}))
        ->group("Render");
    render.add_flag("--dry-run", dry_run_, "Plans everything and renders nothing")->group("Render");
    add_run_options(render, line_.render);
    add_job_options(render);
  }

  void add_resume() {
    CLI::App& resume =
        add_command(app_, Command::Render, "resume",
                    "Goes on with the run of a run directory, on any number of ranks");
    resume.add_option("RUN", line_.render.resumed_run, "Run directory")->required();
    add_file_option(resume, "--checkpoint", line_.render.checkpoint_file,
                    "Goes on from this checkpoint instead of the newest one");
    add_run_options(resume, line_.render);
    add_job_options(resume);
  }

  CLI::App& add_command(CLI::App& parent, Command command, const std::string& name,
                        const std::string& what) {
    CLI::App* app = parent.add_subcommand(name, what);
    app->allow_extras();
    commands_.emplace_back(app, command);
    return *app;
  }

  void add_config() {
    CLI::App& config = *app_.add_subcommand("config", "Shows, checks and describes configurations");
    config.require_subcommand(1);
    config.fallthrough();
    config.allow_extras();
    CLI::App& show = add_command(config, Command::ConfigShow, "show",
                                 "The merged configuration, each value with its origin");
    show.add_flag("--json", json_, "As JSON");
    add_job_options(show);
    add_command(config, Command::ConfigValidate, "validate", "Checks a configuration file")
        .add_option("FILE", config_file_, "Configuration file")
        ->required();
    add_command(config, Command::ConfigSchema, "schema", "The JSON Schema of configuration files")
        .add_flag("--markdown", markdown_, "A table of all keys instead");
    add_command(config, Command::ConfigPresets, "presets", "The presets and what they are for")
        .add_flag("--json", json_, "As JSON");
  }

  void add_inspect() {
    CLI::App& inspect = add_command(app_, Command::Inspect, "inspect",
                                    "Shows checkpoints, runs, pictures and model files");
    inspect.add_option("PATH", line_.inspected_paths, "Files and folders")->required();
    inspect.add_flag("--json", json_, "As JSON");
    inspect.add_flag_callback(
        "--verify", [this] { line_.inspection_depth = InspectionDepth::Everything; },
        "Reads everything and checks digests");
  }

  void add_plan() {
    CLI::App& plan = add_command(app_, Command::Plan, "plan",
                                 "What a render would take, on this machine or another");
    plan.add_flag("--json", json_, "As JSON")->group("Plan");
    add_plan_options(plan, line_.plan);
    add_job_options(plan);
  }

  void add_bench() {
    CLI::App& bench = add_command(app_, Command::Bench, "bench",
                                  "Times layers and steps of a job on the ranks it is started on");
    add_bench_options(bench, line_.bench);
    add_job_options(bench);
  }

  void add_doctor() {
    CLI::App& doctor = add_command(app_, Command::Doctor, "doctor",
                                   "Checks hosts, links and storage, on the ranks of a render");
    doctor.add_flag("--json", json_, "As JSON");
    doctor.add_option("--run-dir", line_.doctor_folder, "Folder to write to; default: this one")
        ->type_name("FOLDER");
  }

  std::vector<std::string> known_options() const {
    std::vector<std::string> names;
    std::vector<const CLI::App*> apps{&app_};
    for (const auto& [app, command] : commands_) {
      if (app->parsed()) apps.push_back(app);
    }
    for (const CLI::App* app : apps) {
      for (const CLI::Option* option : app->get_options()) {
        for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
      }
    }
    return names;
  }

  std::vector<std::string> command_names() const {
    std::vector<std::string> names;
    for (const CLI::App* app : app_.get_subcommands([](const CLI::App*) { return true; })) {
      names.push_back(app->get_name());
    }
    return names;
  }

  void refuse_leftovers() const {
    const std::vector<std::string> rest = app_.remaining(true);
    if (rest.empty()) return;
    const std::string& first = rest.front();
    const bool option = first.starts_with("-");
    std::string message = (option ? "unknown option \"" : "unexpected argument \"") + first + "\".";
    const std::vector<std::string> names = option ? known_options() : command_names();
    const std::string nearest = configs::nearest_name(first.substr(0, first.find('=')), names);
    message += nearest.empty() ? " See tessera --help." : " Did you mean \"" + nearest + "\"?";
    throw UsageError(message);
  }

  void finish() {
    using Color = Console::Color;
    line_.color = color_ == "always"  ? Color::Always
                  : color_ == "never" ? Color::Never
                                      : Color::Auto;
    if (!config_file_.empty()) line_.config_file = config_file_;
    if (json_) line_.form = CommandLine::Form::Json;
    if (markdown_) line_.form = CommandLine::Form::Markdown;
    if (dry_run_) line_.render.depth = RenderRequest::Depth::PlanOnly;
    finish_trace();
    finish_resume();
    choose_command();
  }

  /// `resume RUN` is `render` with what RUN/run.yaml says.
  void finish_resume() {
    using Resume = RenderRequest::Resume;
    line_.render.resume = resume_ == "never"     ? Resume::Never
                          : resume_ == "require" ? Resume::Require
                                                 : Resume::Auto;
    const std::string& run = line_.render.resumed_run;
    if (run.empty()) return;
    if (!config_file_.empty())
      throw UsageError("-c: tessera resume takes the run.yaml of the run.");
    line_.config_file = run + "/run.yaml";
    line_.options.options.push_back({"output.run_dir", {run}, "resume"});
  }

  void finish_trace() {
    if (trace_layers_.empty()) return;
    parse_trace_layers(trace_layers_, line_.render);
    if (line_.render.trace_file.empty()) {
      throw UsageError("--trace-layers needs --trace FILE, which takes the captures.");
    }
  }

  void choose_command() {
    if (version_) {
      line_.command = Command::Version;
      return;
    }
    for (const auto& [app, command] : commands_) {
      if (!app->parsed()) continue;
      line_.command = command;
      return;
    }
    std::string names;
    for (const std::string& name : command_names()) names += (names.empty() ? "" : ", ") + name;
    throw UsageError("no command is given. Use one of " + names + "; see tessera --help.");
  }

  CLI::App app_;
  std::vector<std::pair<CLI::App*, Command>> commands_;
  CommandLine line_;
  std::string config_file_;
  std::string color_ = "auto";
  std::string trace_layers_;
  std::string resume_ = "auto";
  bool version_ = false;
  bool json_ = false;
  bool markdown_ = false;
  bool dry_run_ = false;
};

}  // namespace

CommandLine parse_command_line(const std::vector<std::string>& arguments) {
  return Grammar().parse(arguments);
}

}  // namespace tessera::launch
