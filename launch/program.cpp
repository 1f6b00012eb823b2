#include "launch/program.h"

#include <optional>

#include "comm/exit_code.h"
#include "launch/command_line.h"
#include "launch/commands/bench.h"
#include "launch/commands/config.h"
#include "launch/commands/convert.h"
#include "launch/commands/doctor.h"
#include "launch/commands/inspect.h"
#include "launch/commands/plan.h"
#include "launch/commands/render.h"
#include "launch/console.h"
#include "launch/exit_codes.h"
#include "launch/rank_log.h"
#include "launch/rank_session.h"
#include "launch/sbatch_script.h"
#include "launch/startup_exchange.h"
#include "launch/startup_failure.h"
#include "launch/usage_error.h"
#include "launch/version.h"
#include "worker/failure_code.h"

namespace tessera::launch {
namespace {

using Command = CommandLine::Command;

/// A command that concerns rank 0 alone.
void run_alone(const CommandLine& line, Console& console) {
  switch (line.command) {
    case Command::Help:
      return console.result(line.help);
    case Command::Version:
      return console.result(
          version_text(line.verbosity > 0 ? VersionDetail::Full : VersionDetail::Brief));
    case Command::ConfigShow:
      return show_config(line, console);
    case Command::ConfigValidate:
      return validate_config(line, console);
    case Command::ConfigSchema:
      return print_schema(line, console);
    case Command::ConfigPresets:
      return list_presets(line, console);
    case Command::Sbatch:
      return console.result(sbatch_script(line.sbatch));
    case Command::Inspect:
      return inspect(line, console);
    case Command::Plan:
      return plan(line, console);
    case Command::Convert:
      return convert(line, console);
    case Command::Bench:
    case Command::Doctor:
    case Command::Render:
      return;
  }
}

/// -v and -q set the log level unless an option does.
void apply_verbosity(CommandLine& line) {
  if (line.verbosity == 0) return;
  const char* level = line.verbosity > 1 ? "trace" : line.verbosity > 0 ? "debug" : "warning";
  auto& options = line.options.options;
  options.insert(options.begin(), {"log.level", {level}, line.verbosity > 0 ? "-v" : "-q"});
}

int run_command(const CommandLine& line, RankSession& session, SignalInbox* inbox, RankLog& log,
                Console& console) {
  if (line.command == Command::Render) return render(line, session, *inbox, log, console);
  if (line.command == Command::Doctor) return doctor(line, session, console);
  if (line.command == Command::Bench) {
    bench(line, session, console);
    return comm::kDone;
  }
  StartupExchange(session.world()).on_root([&] { run_alone(line, console); });
  return comm::kDone;
}

/// This rank has failed where its peers cannot learn it in the ordinary way.
int leave_alone(const std::exception& error, RankSession& session, const RankLog& log,
                Console& console) {
  const int exit_code = exit_code_of(error);
  const std::string remedy =
      exit_code == comm::kInternal ? " This is an error in tessera; please report it." : "";
  const std::string text = worker::failure_text(error);
  log.error(text);
  console.last_words(text + remedy);
  if (session.size() > 1) session.abort(exit_code);
  return exit_code;
}

int run_on_ranks(const CommandLine& line, const std::optional<std::string>& usage,
                 RankSession& session, SignalInbox* inbox) {
  const auto loudness = line.verbosity < 0 ? Console::Loudness::Quiet : Console::Loudness::Normal;
  Console console(session.rank(), line.color, loudness);
  RankLog log;
  int exit_code = comm::kDone;
  try {
    if (usage) throw StartupFailure(comm::kUsage, *usage);
    exit_code = run_command(line, session, inbox, log, console);
  } catch (const StartupFailure& failure) {
    log.error(failure.what());
    console.error(failure.what());
    exit_code = failure.exit_code();
  } catch (const std::exception& error) {
    return leave_alone(error, session, log, console);
  }
  try {
    session.close();
  } catch (const std::exception& error) {
    return leave_alone(error, session, log, console);
  }
  return exit_code;
}

}  // namespace

int run_program(const std::vector<std::string>& arguments, std::optional<SignalInbox>& inbox) {
  CommandLine line;
  std::optional<std::string> usage;
  try {
    line = parse_command_line(arguments);
    apply_verbosity(line);
  } catch (const UsageError& error) {
    usage = error.what();
  }
  if (line.command == Command::Render) inbox.emplace();
  std::optional<RankSession> session;
  try {
    session.emplace();
  } catch (const std::exception& error) {
    Console(0, line.color, Console::Loudness::Normal).error(error.what());
    return exit_code_of(error);
  }
  return run_on_ranks(line, usage, *session, inbox ? &*inbox : nullptr);
}

}  // namespace tessera::launch
