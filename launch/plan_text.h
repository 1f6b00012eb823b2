#pragma once

#include <string>
#include <vector>

#include "configs/machine_config.h"
#include "coordinator/job_forecast.h"

namespace tessera::launch {

/// A job on one number of ranks, for people: grid, a table of stages, memory, files, total.
std::vector<std::string> forecast_lines(const coordinator::JobForecast& forecast,
                                        const configs::MachineConfig& machine);

/// The same job on several numbers of ranks: a table with one line for each.
std::vector<std::string> comparison_lines(const std::vector<coordinator::JobForecast>& forecasts);

/// All of it as JSON; seconds, bytes, FLOP.
std::string forecast_json(const std::vector<coordinator::JobForecast>& forecasts,
                          const configs::MachineConfig& machine);

/// What a job takes that does not fit, and what would help. \param ranks  that fit; 0: none known.
std::string misfit_text(const coordinator::JobForecast& forecast, int ranks);

}  // namespace tessera::launch
