#include "tests/crash/demo_job.h"

#include "tests/cli/process_table.h"

namespace tessera::crash {

std::vector<std::string> DemoJob::arguments() const {
  if (std::filesystem::exists(directory() / "run.yaml")) return {"resume", directory().string()};
  return {"render",
          "--preset",
          "demo",
          "-m",
          std::string(TESSERA_SOURCE_DIR) + "/examples/demo_model",
          "-p",
          "a red hot-air balloon over green hills at sunset",
          "-s",
          "1000",
          "--base",
          "128",
          "--resolutions",
          "128,192",
          "--steps",
          "6",
          "-t",
          "1",
          "--checkpoint-every",
          "1 steps",
          "--run-dir",
          directory().string()};
}

cli::RunningChild DemoJob::start(int ranks) const {
  std::vector<std::string> command{"mpirun", "-np", std::to_string(ranks), cli::tessera_program()};
  for (const std::string& argument : arguments()) command.push_back(argument);
  return cli::RunningChild(command);
}

std::vector<pid_t> DemoJob::processes() const {
  return cli::processes_naming(directory().string());
}

}  // namespace tessera::crash
