#include "launch/picture_inspection.h"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>
#include <vector>

#include "storage/content_digest.h"
#include "storage/png_writer.h"
#include "storage/storage_error.h"
#include "storage/text_file.h"
#include "tests/storage/sample_metadata.h"
#include "tests/storage/temporary_folder.h"

namespace tessera::launch {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

fs::path write_picture(const fs::path& file, const storage::PictureMetadata& metadata) {
  storage::PngWriter writer([&](int) { return file; }, {.depth = storage::PngDepth::Bits16});
  const std::vector<float> pixels(2 * 3 * 3, 0.5F);
  writer.begin_frame(0, {2, 3}, metadata);
  writer.write_rows({0, 2, 3, pixels});
  writer.end_frame();
  return file;
}

TEST(PictureInspection, ShowsSizeDepthParametersAndRecord) {
  const storage::TemporaryFolder folder;
  const fs::path file = write_picture(folder / "a.png", storage::sample_metadata());
  const Json report = Json::parse(inspect_picture(file, InspectionDepth::Headers));
  EXPECT_EQ(report["width"], 3);
  EXPECT_EQ(report["height"], 2);
  EXPECT_EQ(report["bits"], 16);
  EXPECT_EQ(report["channels"], 3);
  EXPECT_THAT(report["parameters"].get<std::string>(),
              testing::StartsWith("a lighthouse, at dusk\nNegative prompt: blurry\nSteps: 50"));
  EXPECT_EQ(report["record"]["sampling"]["steps"], 50);
  EXPECT_FALSE(report.contains("sha256"));
  const Json whole = Json::parse(inspect_picture(file, InspectionDepth::Everything));
  EXPECT_EQ(whole["sha256"], storage::digest_of_file(file));
}

TEST(PictureInspection, APictureOfAnotherProgramHasNoRecord) {
  const storage::TemporaryFolder folder;
  storage::PictureMetadata metadata = storage::sample_metadata();
  metadata.mode = storage::MetadataMode::None;
  const fs::path file = write_picture(folder / "a.png", metadata);
  const Json report = Json::parse(inspect_picture(file, InspectionDepth::Headers));
  EXPECT_TRUE(report["record"].is_null());
  EXPECT_TRUE(report["parameters"].is_null());
}

TEST(PictureInspection, DamagedPixelsAreFoundWhenAllIsRead) {
  const storage::TemporaryFolder folder;
  const std::string bytes =
      storage::read_text(write_picture(folder / "a.png", storage::sample_metadata()));
  const fs::path cut = folder.put("b.png", bytes.substr(0, bytes.size() - 20));
  EXPECT_NO_THROW(inspect_picture(cut, InspectionDepth::Headers));
  EXPECT_THROW(inspect_picture(cut, InspectionDepth::Everything), storage::DataError);
}

}  // namespace
}  // namespace tessera::launch
