#include "configs/prompt_init.h"

#include <gtest/gtest.h>

namespace tessera::configs {
namespace {

using Init = JobConfig::Init;

TEST(InitOf, IsTheJobsUnlessThePromptSetsItsOwn) {
  JobConfig job;
  job.init = {"job.png", "job_mask.png", 0.5};
  EXPECT_EQ(init_of(job, {.text = "a"}), job.init);
  EXPECT_EQ(init_of(job, {.text = "a", .image = "own.png"}),
            (Init{"own.png", "job_mask.png", 0.5}));
  EXPECT_EQ(init_of(job, {.text = "a", .mask = "", .strength = 0}), (Init{"job.png", "", 0}));
}

TEST(InitOf, HasNoStrengthWhereThePromptTakesNoImage) {
  JobConfig job;
  job.init = {"job.png", "", 0.5};
  EXPECT_EQ(init_of(job, {.text = "a", .image = ""}), (Init{"", "", 0}));
  EXPECT_EQ(init_of(job, {.text = "a", .image = "", .strength = 0.25}), (Init{"", "", 0.25}));
}

TEST(PromptName, CountsFromOne) { EXPECT_EQ(prompt_name(0), "prompt 1"); }

}  // namespace
}  // namespace tessera::configs
