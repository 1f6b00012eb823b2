#include "tests/launch/tiny_render.h"

namespace tessera::launch {

std::string golden_model() {
  return std::string(TESSERA_SOURCE_DIR) + "/tests/goldens/parity_model";
}

std::string golden_video_checkpoint() {
  return std::string(TESSERA_SOURCE_DIR) + "/tests/goldens/video_checkpoint/model.ckpt";
}

std::vector<std::string> tiny_render(const std::string& run_dir,
                                     const std::vector<std::string>& more) {
  std::vector<std::string> arguments{
      "render", "-m", golden_model(), "-p", "a cat",     "--resolutions", "64,128",
      "--base", "64", "--steps",      "2",  "--run-dir", run_dir,         "-t",
      "1"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return arguments;
}

}  // namespace tessera::launch
