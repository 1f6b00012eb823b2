#include "worker/model_outline.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "storage/storage_error.h"
#include "tests/worker/clip_folder.h"
#include "tests/worker/scratch_file.h"
#include "tests/worker/tiny_task.h"

namespace tessera::testing {
namespace {

using worker::ModelOutline;

TEST(ModelOutline, IsReadFromTheConfigFilesAlone) {
  const ModelOutline outline = worker::read_model_outline(parity_model_directory());
  EXPECT_EQ(outline.unet_widths, (std::vector<int>{16, 32, 64}));
  EXPECT_EQ(outline.transformer_depths, (std::vector<int>{0, 1, 2}));
  EXPECT_EQ(outline.head_counts, (std::vector<int>{1, 2, 4}));
  EXPECT_EQ(outline.resnets_per_level, 2);
  EXPECT_EQ(outline.context_width, 80);
  EXPECT_EQ(outline.sample_size, 32);
  EXPECT_EQ(outline.vae_widths, (std::vector<int>{16, 16, 32, 32}));
  EXPECT_EQ(outline.vae_resnets_per_level, 2);
  EXPECT_EQ(outline.vae_sample_size, 256);
  EXPECT_EQ(outline.train_steps, 1000);
  EXPECT_EQ(outline.steps_offset, 1);
  EXPECT_EQ(outline.norm_groups, 16);
  EXPECT_EQ(outline.base_image(), (partition::Extent{256, 256}));
  EXPECT_EQ(outline.grain_rows(), 4);
}

TEST(ModelOutline, SurvivesTheWayThroughText) {
  ModelOutline outline = worker::read_model_outline(parity_model_directory());
  EXPECT_EQ(worker::outline_from_text(worker::outline_to_text(outline)), outline);
  outline.unet_widths.clear();
  outline.resnets_per_level = 1;
  outline.train_steps = 400;
  EXPECT_EQ(worker::outline_from_text(worker::outline_to_text(outline)), outline);
}

TEST(ModelOutline, RefusesTextThatIsCut) {
  const std::string text =
      worker::outline_to_text(worker::read_model_outline(parity_model_directory()));
  EXPECT_THROW(worker::outline_from_text(text.substr(0, text.size() / 2)), storage::DataError);
  EXPECT_THROW(worker::outline_from_text(""), storage::DataError);
}

/// A copy of the parity model's config files without one of them.
class BrokenFolder : public ::testing::TestWithParam<std::string> {
 protected:
  BrokenFolder() : folder_("model") {
    namespace fs = std::filesystem;
    for (const std::string file :
         {"unet/config.json", "vae/config.json", "scheduler/scheduler_config.json"}) {
      const fs::path copy = fs::path(folder_.path()) / file;
      fs::create_directories(copy.parent_path());
      fs::copy_file(fs::path(parity_model_directory()) / file, copy);
    }
  }
  std::filesystem::path broken() const { return folder_.path() + "/" + GetParam(); }
  ScratchFile folder_;
};

TEST_P(BrokenFolder, IsNamedWhenItLacksAFile) {
  std::filesystem::remove(broken());
  try {
    worker::read_model_outline(folder_.path());
    FAIL() << "read without " << GetParam();
  } catch (const storage::MissingFileError& error) {
    EXPECT_NE(std::string(error.what()).find(GetParam()), std::string::npos) << error.what();
  }
}

TEST_P(BrokenFolder, IsNamedWhenAFileIsNotJson) {
  std::ofstream(broken()) << "{ \"_class_name\": ";
  try {
    worker::read_model_outline(folder_.path());
    FAIL() << "read a broken " << GetParam();
  } catch (const storage::DataError& error) {
    EXPECT_NE(std::string(error.what()).find(GetParam()), std::string::npos) << error.what();
  }
}

/// A model folder whose autoencoder lies elsewhere.
TEST(ModelOutline, TakesTheAutoencoderThatReplacesTheModels) {
  namespace fs = std::filesystem;
  const ScratchFile folder("model");
  const fs::path root = folder.path();
  fs::create_directories(root);
  fs::copy(fs::path(parity_model_directory()) / "vae", root / "other");
  for (const char* part : {"unet", "scheduler"}) {
    fs::copy(fs::path(parity_model_directory()) / part, root / part);
  }
  EXPECT_THROW(worker::read_model_outline(root), storage::MissingFileError);
  EXPECT_EQ(worker::read_model_outline(root, root / "other"),
            worker::read_model_outline(parity_model_directory()));
}

INSTANTIATE_TEST_SUITE_P(Files, BrokenFolder,
                         ::testing::Values("unet/config.json", "vae/config.json",
                                           "scheduler/scheduler_config.json"),
                         [](const auto& given) {
                           return given.param.substr(0, given.param.find('/'));
                         });

TEST(ModelOutline, OfAVideoModelComesFromItsConfig) {
  const worker::ModelOutline outline = worker::read_video_outline(tiny_video_folder());
  EXPECT_EQ(outline.unet_widths, (std::vector<int>{32, 32, 32, 32}));
  EXPECT_EQ(outline.transformer_depths, (std::vector<int>{1, 1, 1, 0}));
  EXPECT_EQ(outline.head_counts, (std::vector<int>{2, 2, 2, 2}));
  EXPECT_EQ(outline.temporal_length, 16);
  EXPECT_EQ(outline.middle_depth, 1);
  EXPECT_EQ(outline.grain_rows(), 8);
  EXPECT_EQ(worker::outline_from_text(worker::outline_to_text(outline)), outline);
}

}  // namespace
}  // namespace tessera::testing
