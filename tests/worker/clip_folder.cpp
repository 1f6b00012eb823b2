#include "tests/worker/clip_folder.h"

#include "tests/storage/temporary_folder.h"
#include "tests/support/tiny_video_folder.h"
#include "tests/worker/tiny_task.h"

namespace tessera::testing {

std::string tiny_video_folder() {
  static const storage::TemporaryFolder folder;
  static const std::string path = [] {
    write_tiny_video_model(folder / "model", parity_model_directory() + "/tokenizer");
    return (folder / "model").string();
  }();
  return path;
}

worker::RenderTask tiny_clip_job(int ranks) {
  worker::RenderTask task = tiny_clip_task(ranks);
  task.model.directory = tiny_video_folder();
  task.stages.resize(2);
  return task;
}

}  // namespace tessera::testing
