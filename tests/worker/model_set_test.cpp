#include "worker/model_set.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "storage/storage_error.h"
#include "tests/worker/scratch_file.h"
#include "tests/worker/tiny_task.h"

namespace tessera::testing {
namespace {

namespace fs = std::filesystem;

worker::ModelFiles parity_files() { return {parity_model_directory(), "", "", {}}; }

TEST(ModelSet, LoadsEveryNetworkOfAFolder) {
  const auto models = worker::load_model_set(parity_files());
  EXPECT_EQ(models->unet.config().widths, (std::vector<int>{16, 32, 64}));
  EXPECT_EQ(models->vae.widths, (std::vector<int>{16, 16, 32, 32}));
  EXPECT_DOUBLE_EQ(models->vae.scaling_factor, 0.13025);
  EXPECT_TRUE(models->warnings.empty());
}

TEST(ModelSet, TakesAReplacementAutoencoder) {
  worker::ModelFiles files = parity_files();
  files.vae_directory = "/no/such/folder";
  EXPECT_THROW(worker::load_model_set(files), storage::MissingFileError);
  files.vae_directory = parity_model_directory() + "/vae";
  EXPECT_NO_THROW(worker::load_model_set(files));
}

TEST(ModelSet, NamesTheFileThatIsMissing) {
  for (const std::string missing :
       {"unet/diffusion_pytorch_model.safetensors", "vae/diffusion_pytorch_model.safetensors",
        "text_encoder_2/model.safetensors", "tokenizer/merges.txt"}) {
    SCOPED_TRACE(missing);
    const ScratchFile folder("model");
    fs::copy(parity_model_directory(), folder.path(), fs::copy_options::recursive);
    fs::remove(folder.path() + "/" + missing);
    try {
      worker::load_model_set({folder.path(), "", "", {}});
      ADD_FAILURE() << "loaded without the file";
    } catch (const storage::MissingFileError& error) {
      EXPECT_NE(std::string(error.what()).find(missing.substr(0, missing.find('/'))),
                std::string::npos)
          << error.what();
    }
  }
}

TEST(ModelSet, RefusesATruncatedWeightFile) {
  const ScratchFile folder("model");
  fs::copy(parity_model_directory(), folder.path(), fs::copy_options::recursive);
  for (const auto& entry : fs::directory_iterator(folder.path() + "/unet")) {
    if (entry.path().extension() == ".safetensors") fs::resize_file(entry.path(), 100000);
  }
  EXPECT_THROW(worker::load_model_set({folder.path(), "", "", {}}), storage::DataError);
}

}  // namespace
}  // namespace tessera::testing
