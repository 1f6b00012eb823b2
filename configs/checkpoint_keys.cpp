#include <charconv>
#include <limits>
#include <string_view>
#include <system_error>

#include "configs/key_sections.h"
#include "configs/value_codecs.h"

namespace tessera::configs {
namespace {

using Every = CheckpointConfig::Every;
using TimeLimit = CheckpointConfig::TimeLimit;

/// N of `N steps`.
std::optional<int> step_count(std::string_view text) {
  int steps = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), steps);
  if (error != std::errc() || steps < 1) return std::nullopt;
  std::string_view unit(end, static_cast<std::size_t>(text.data() + text.size() - end));
  unit.remove_prefix(std::min(unit.find_first_not_of(' '), unit.size()));
  if (unit != "steps" && unit != "step") return std::nullopt;
  return steps;
}

ConfigValue word(std::string text) {
  return ConfigValue::scalar(std::move(text), ConfigValue::Style::Plain);
}

ValueCodec<Every> interval() {
  const ValueCodec<double> time = duration();
  ValueCodec<Every> codec;
  codec.type = "0, duration such as 90s, 5min or 1h, or a number of steps such as 10 steps";
  codec.schema = "\"anyOf\": [{\"const\": 0}, {" + time.schema +
                 "}, {\"type\": \"string\", \"pattern\": \"^[1-9][0-9]* *steps?$\"}]";
  codec.read = [time](const ConfigValue& written) {
    if (!written.is_scalar()) throw BadValue(written);
    if (written.text == "0") return Every{};
    if (const auto steps = step_count(written.text)) return Every{{}, steps};
    return Every{time.read(written), {}};
  };
  codec.write = [time](const Every& every) {
    if (every.steps) return word(std::to_string(*every.steps) + " steps");
    if (every.seconds) return time.write(*every.seconds);
    return ConfigValue::scalar("0", ConfigValue::Style::Literal);
  };
  return codec;
}

ValueCodec<TimeLimit> time_limit() {
  using Source = TimeLimit::Source;
  const ValueCodec<double> time = duration();
  ValueCodec<TimeLimit> codec;
  codec.type = "auto, none or " + time.type;
  codec.schema = "\"anyOf\": [{\"enum\": [\"auto\", \"none\"]}, {" + time.schema + "}]";
  codec.read = [time](const ConfigValue& written) {
    if (written.is_scalar() && written.text == "auto") return TimeLimit{Source::Auto, 0};
    if (written.is_scalar() && written.text == "none") return TimeLimit{Source::None, 0};
    return TimeLimit{Source::Fixed, time.read(written)};
  };
  codec.write = [time](const TimeLimit& limit) {
    if (limit.source == Source::Auto) return word("auto");
    if (limit.source == Source::None) return word("none");
    return time.write(limit.seconds);
  };
  return codec;
}

}  // namespace

std::vector<ConfigKey> checkpoint_keys() {
  using Picture = ConfigKey::Picture;
  using OnUsr1 = CheckpointConfig::OnUsr1;
  return {
      make_key(
          "checkpoint.every", interval(), Picture::Keeps,
          "Time or steps between two checkpoints of a stage. 0: only at the ends of stages and on "
          "request.",
          [](auto& job) -> auto& { return job.checkpoint.every; }),
      make_key(
          "checkpoint.keep", integer(1, std::numeric_limits<int>::max()), Picture::Keeps,
          "Newest checkpoints of a running stage that are kept, besides the ends of stages.",
          [](auto& job) -> auto& { return job.checkpoint.keep; }),
      make_key(
          "checkpoint.on_usr1",
          choice<OnUsr1>(
              {{"checkpoint-stop", OnUsr1::CheckpointStop}, {"checkpoint", OnUsr1::Checkpoint}}),
          Picture::Keeps,
          "What the signal USR1 asks for: a checkpoint and the end of the run with exit code 75, "
          "or "
          "a checkpoint alone.",
          [](auto& job) -> auto& { return job.checkpoint.on_usr1; }),
      make_key(
          "checkpoint.time_limit", time_limit(), Picture::Keeps,
          "Time from the start after which the run must have ended. auto: what the Slurm job has "
          "left, without one no limit.",
          [](auto& job) -> auto& { return job.checkpoint.time_limit; }),
      make_key(
          "checkpoint.time_margin", duration(), Picture::Keeps,
          "The run writes a checkpoint and stops so long before the time limit. It must cover the "
          "longest step and a checkpoint.",
          [](auto& job) -> auto& { return job.checkpoint.time_margin_seconds; }),
  };
}

}  // namespace tessera::configs
