#pragma once

#include <optional>

namespace tessera::configs {

/// The keys `checkpoint.*`: when a run saves its state and when it stops by itself.
struct CheckpointConfig {
  enum class OnUsr1 { CheckpointStop, Checkpoint };

  /// Between two checkpoints of a stage: a time or a number of steps. Neither (written 0): only at
  /// the ends of stages and on request.
  struct Every {
    std::optional<double> seconds;
    std::optional<int> steps;

    bool operator==(const Every&) const = default;
  };

  /// Auto: what the batch system says at the start.
  struct TimeLimit {
    enum class Source { Auto, None, Fixed };
    Source source = Source::Auto;
    double seconds = 0;  ///< from the start of the run; counts when Fixed

    bool operator==(const TimeLimit&) const = default;
  };

  Every every{60.0, {}};
  int keep = 2;  ///< running files of an item, besides the ends of its stages
  OnUsr1 on_usr1 = OnUsr1::CheckpointStop;
  TimeLimit time_limit;
  double time_margin_seconds = 300;  ///< key time_margin: stop so long before the limit
};

}  // namespace tessera::configs
