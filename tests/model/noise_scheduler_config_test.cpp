#include "model/sampling/noise_scheduler_config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "storage/storage_error.h"
#include "tests/model/golden_tensors.h"
#include "tests/storage/expect_error.h"
#include "tests/storage/temporary_folder.h"

namespace tessera::model {
namespace {

SchedulerConfig read_edited_scheduler(const std::string& field, const nlohmann::json& value) {
  std::ifstream file(golden_model() / "scheduler" / "scheduler_config.json");
  auto config = nlohmann::json::parse(file);
  config[field] = value;
  const storage::TemporaryFolder folder;
  return read_scheduler_config(folder.put("scheduler_config.json", config.dump()));
}

TEST(SchedulerConfig, ReadsBothSamplers) {
  const auto euler = read_scheduler_config(golden_model() / "scheduler" / "scheduler_config.json");
  EXPECT_EQ(euler.train_steps, 1000);
  EXPECT_EQ(euler.steps_offset, 1);
  EXPECT_EQ(euler.beta_start, 0.00085);
  EXPECT_EQ(euler.beta_end, 0.012);
  EXPECT_NO_THROW(
      read_scheduler_config(golden_model() / "scheduler_ancestral" / "scheduler_config.json"));
}

TEST(SchedulerConfig, AcceptsTheDefaultsOfLaterFiles) {
  EXPECT_NO_THROW(read_edited_scheduler("final_sigmas_type", "zero"));
  EXPECT_NO_THROW(read_edited_scheduler("timestep_type", "discrete"));
  EXPECT_NO_THROW(read_edited_scheduler("use_beta_sigmas", false));
}

TEST(SchedulerConfig, LeavesTheSpacingToTheRun) {
  EXPECT_NO_THROW(read_edited_scheduler("timestep_spacing", "linspace"));
  EXPECT_NO_THROW(read_edited_scheduler("timestep_spacing", nullptr));
}

TEST(SchedulerConfig, RefusesWhatIsNotSupportedByName) {
  const std::vector<std::pair<std::string, nlohmann::json>> edits{
      {"_class_name", "DDIMScheduler"},
      {"prediction_type", "v_prediction"},
      {"use_karras_sigmas", true},
      {"beta_schedule", "linear"},
      {"interpolation_type", "log_linear"},
      {"trained_betas", {0.1, 0.2}},
      {"rescale_betas_zero_snr", true},
      {"beta_end", 0.0001},
      {"num_train_timesteps", 1}};
  for (const auto& [field, value] : edits) {
    SCOPED_TRACE(field);
    const auto message =
        storage::message_of<storage::DataError>([&] { read_edited_scheduler(field, value); });
    EXPECT_THAT(message, testing::HasSubstr("\"" + field + "\""));
  }
}

}  // namespace
}  // namespace tessera::model
