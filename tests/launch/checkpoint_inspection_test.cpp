#include "launch/checkpoint_inspection.h"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "storage/checkpoint_writer.h"
#include "storage/storage_error.h"
#include "tests/storage/sample_checkpoint.h"
#include "tests/storage/temporary_folder.h"

namespace tessera::launch {
namespace {

using Json = nlohmann::json;

TEST(CheckpointInspection, ShowsPositionHashesInputsShapesAndOutputs) {
  const storage::TemporaryFolder folder;
  const auto written =
      storage::CheckpointWriter(folder.path(), 1).write(storage::sample_checkpoint());
  const Json report = Json::parse(inspect_checkpoint(written.file, InspectionDepth::Headers));
  EXPECT_EQ(report["kind"], "checkpoint");
  EXPECT_EQ(report["bytes"], written.bytes);
  EXPECT_EQ(report["progress"]["next_step"], 31);
  EXPECT_EQ(report["progress"]["seed"], 18446744073709551615ULL);
  EXPECT_EQ(report["config_hash"], std::string(64, 'a'));
  EXPECT_EQ(report["inputs"]["model.path"], std::string(64, '1'));
  EXPECT_EQ(report["arrays"]["x"], Json({1, 4, 40, 40}));
  EXPECT_EQ(report["arrays"]["stage 1"], Json({1, 4, 20, 20}));
  EXPECT_EQ(report["outputs"][1]["file"], "images/für_狐.png");
  const Json whole = Json::parse(inspect_checkpoint(written.file, InspectionDepth::Everything));
  EXPECT_NE(report["checked"], whole["checked"]);
}

TEST(CheckpointInspection, RefusesADamagedFile) {
  const storage::TemporaryFolder folder;
  const auto file = folder.put("item-00000-stage-0-end.h5", "");
  EXPECT_THROW(inspect_checkpoint(file, InspectionDepth::Headers), storage::DataError);
}

}  // namespace
}  // namespace tessera::launch
