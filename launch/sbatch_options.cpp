#include "launch/sbatch_options.h"

#include <CLI/CLI.hpp>
#include <map>

namespace tessera::launch {

CLI::App* add_sbatch_command(CLI::App& app, SbatchRequest& request) {
  using Form = SbatchRequest::Form;
  CLI::App* command =
      app.add_subcommand("sbatch", "Prints a Slurm batch script for a configuration");
  command->allow_extras();
  command->add_option("-c,--config", request.config_file, "Configuration file (YAML)")
      ->type_name("FILE");
  command->add_option("--nodes", request.nodes, "Nodes of the job")
      ->type_name("N")
      ->check(CLI::Range(1, 100'000));
  command
      ->add_option("--gpus-per-node", request.gpus_per_node,
                   "GPUs of a node, one rank each. 0: one rank per node, on its CPU")
      ->type_name("N")
      ->check(CLI::Range(0, 64));
  command->add_option("--time", request.time, "Limit of one start, as in 04:00:00")
      ->type_name("TIME");
  command
      ->add_option_function<std::string>(
          "--form",
          [&request](const std::string& form) {
            request.form = form == "srun" ? Form::Srun : Form::Mpirun;
          },
          "What starts the ranks: mpirun, or srun with Slurm's pmix plugin")
      ->type_name("mpirun/srun")
      ->check(CLI::IsMember({"mpirun", "srun"}));
  command
      ->add_option("--array", request.array,
                   "Makes an array job, as in 0-99%4; task K renders item K + 1")
      ->type_name("RANGE");
  return command;
}

}  // namespace tessera::launch
