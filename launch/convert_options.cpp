#include "launch/convert_options.h"

#include <CLI/CLI.hpp>

namespace tessera::launch {

CLI::App* add_convert_command(CLI::App& app, ConvertRequest& request) {
  CLI::App* command = app.add_subcommand(
      "convert",
      "Makes a model folder of a VideoCrafter2 checkpoint (.ckpt), whose pickle is never executed");
  command->allow_extras();
  command->add_option("SOURCE", request.source, "Checkpoint (.ckpt)")->required();
  command->add_option("FOLDER", request.destination, "Folder to write to")->required();
  command
      ->add_option("-c,--config", request.config_file,
                   "The model's YAML: scale factor, schedule; sizes are compared")
      ->type_name("FILE");
  command
      ->add_option("--text-config", request.text_config,
                   "OpenCLIP's JSON of the text tower: number of heads")
      ->type_name("FILE");
  command
      ->add_option("--tokenizer", request.tokenizer,
                   "Folder of vocab.json and merges.txt, which are copied")
      ->type_name("FOLDER");
  return command;
}

}  // namespace tessera::launch
