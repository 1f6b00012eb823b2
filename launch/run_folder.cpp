#include "launch/run_folder.h"

#include <array>
#include <chrono>
#include <ctime>

#include "launch/environment.h"

namespace tessera::launch {

std::string today() {
  const std::time_t now = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
  std::tm parts{};
  localtime_r(&now, &parts);
  std::array<char, 16> text{};
  std::strftime(text.data(), text.size(), "%Y-%m-%d", &parts);
  return text.data();
}

storage::SlurmIds slurm_ids() {
  return {variable("SLURM_JOB_ID").value_or(""), variable("SLURM_ARRAY_JOB_ID").value_or(""),
          variable("SLURM_ARRAY_TASK_ID").value_or("")};
}

std::filesystem::path run_folder(const configs::JobConfig& job, const worker::RenderTask& task) {
  storage::NameTokens tokens;
  tokens.seed = task.items.front().seed;
  tokens.image = task.stages.back().image;
  tokens.prompt = task.items.front().prompt;
  tokens.name = job.name;
  tokens.date = today();
  tokens.job = slurm_ids().job;
  return storage::run_directory_name(job.output.run_dir, tokens, slurm_ids());
}

}  // namespace tessera::launch
