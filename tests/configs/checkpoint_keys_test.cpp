#include <gtest/gtest.h>

#include "configs/bad_value.h"
#include "configs/config_keys.h"
#include "configs/key_sections.h"
#include "tests/configs/key_sections_test.h"

namespace tessera::configs {
namespace {

void set(JobConfig& job, const std::string& path, const std::string& yaml) {
  find_key(path)->set(job, parse_yaml("a: " + yaml, "x").entries.at(0).value);
}

TEST(CheckpointKeys, ReadAndWriteTheirFields) {
  expect_section_reads(checkpoint_keys(), {{"checkpoint.every", "5min", "300s"},
                                           {"checkpoint.keep", "1", "1"},
                                           {"checkpoint.on_usr1", "checkpoint", "checkpoint"},
                                           {"checkpoint.time_limit", "1h", "3600s"},
                                           {"checkpoint.time_margin", "90", "90s"}});
}

TEST(CheckpointKeys, KeepThePicture) {
  for (const ConfigKey& key : checkpoint_keys()) {
    EXPECT_EQ(key.picture, ConfigKey::Picture::Keeps) << key.path;
  }
}

TEST(CheckpointEvery, IsATimeOrStepsOrNeither) {
  JobConfig job;
  set(job, "checkpoint.every", "10 steps");
  EXPECT_EQ(job.checkpoint.every, (CheckpointConfig::Every{{}, 10}));
  EXPECT_EQ(to_yaml(find_key("checkpoint.every")->get(job)), "10 steps");
  set(job, "checkpoint.every", "1step");
  EXPECT_EQ(job.checkpoint.every, (CheckpointConfig::Every{{}, 1}));
  set(job, "checkpoint.every", "0");
  EXPECT_EQ(job.checkpoint.every, CheckpointConfig::Every{});
  EXPECT_EQ(to_yaml(find_key("checkpoint.every")->get(job)), "0");
  set(job, "checkpoint.every", "0.5");
  EXPECT_EQ(job.checkpoint.every, (CheckpointConfig::Every{0.5, {}}));
}

TEST(CheckpointEvery, RefusesWhatIsNoInterval) {
  for (const char* wrong : {"0 steps", "-1 steps", "1.5 steps", "steps", "10 stepss", "0s", "auto",
                            "null", "[5]", "{steps: 5}"}) {
    SCOPED_TRACE(wrong);
    JobConfig job;
    EXPECT_THROW(set(job, "checkpoint.every", wrong), BadValue);
  }
}

TEST(CheckpointTimeLimit, IsAutoNoneOrATime) {
  using Source = CheckpointConfig::TimeLimit::Source;
  JobConfig job;
  EXPECT_EQ(job.checkpoint.time_limit.source, Source::Auto);
  set(job, "checkpoint.time_limit", "none");
  EXPECT_EQ(job.checkpoint.time_limit.source, Source::None);
  EXPECT_EQ(to_yaml(find_key("checkpoint.time_limit")->get(job)), "none");
  set(job, "checkpoint.time_limit", "90s");
  EXPECT_EQ(job.checkpoint.time_limit, (CheckpointConfig::TimeLimit{Source::Fixed, 90}));
  set(job, "checkpoint.time_limit", "auto");
  EXPECT_EQ(job.checkpoint.time_limit, CheckpointConfig::TimeLimit{});
  for (const char* wrong : {"0", "never", "null", "-5s", "[auto]"}) {
    SCOPED_TRACE(wrong);
    EXPECT_THROW(set(job, "checkpoint.time_limit", wrong), BadValue);
  }
}

TEST(CheckpointKeep, IsAtLeastOne) {
  JobConfig job;
  EXPECT_THROW(set(job, "checkpoint.keep", "0"), BadValue);
}

}  // namespace
}  // namespace tessera::configs
