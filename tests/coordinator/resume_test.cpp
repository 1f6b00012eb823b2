#include "coordinator/resume.h"

#include <gtest/gtest.h>

#include "storage/storage_error.h"
#include "tests/coordinator/sample_checkpoint.h"
#include "tests/coordinator/sample_task.h"

namespace tessera::coordinator {
namespace {

using storage::CheckpointData;
using storage::DataError;

TEST(CheckSameRun, AcceptsEqualKeys) {
  EXPECT_NO_THROW(check_same_run("runs/a", {R"({"seed": 1})", "x"}, R"({"seed":1})"));
}

TEST(CheckSameRun, RefusesWithEveryKeyBothValuesAndTheRemedy) {
  try {
    check_same_run("runs/a", {R"({"seed": 1, "steps": 20})", "x"}, R"({"seed":2,"steps":21})");
    FAIL() << "no error";
  } catch (const ResumeRefused& error) {
    EXPECT_EQ(std::string(error.what()),
              "runs/a holds a run that makes other pictures, so it is not continued: "
              "seed: 1 here, 2 there; steps: 20 here, 21 there. "
              "Choose another --run-dir, or start over with --resume never.");
  }
}

TEST(CheckSameRun, KeysThatCannotBeReadAreADataError) {
  EXPECT_THROW(check_same_run("runs/a", {"{}", "x"}, "[]"), DataError);
}

class ResumeFrom : public ::testing::Test {
 protected:
  /// A checkpoint of item 1 in stage 2, before step 3.
  ResumeFrom() {
    checkpoint_ = sample_checkpoint_base();
    checkpoint_.progress = {1, 0, 2, 3, 4, 3, 101, 5};
    const worker::StageSnapshot snapshot = sample_snapshot(task_, 1, 2, 3);
    checkpoint_.x = snapshot.x;
    checkpoint_.z_up = snapshot.z_up;
    for (int stage = 0; stage < 2; ++stage) {
      checkpoint_.stages.push_back({stage, sample_snapshot(task_, 1, stage, 4).x});
    }
  }

  /// What resume_from() says about the checkpoint; "" for nothing.
  std::string error(const std::vector<int>& lost = {}) const {
    try {
      resume_from(checkpoint_, task_, lost);
    } catch (const DataError& error) {
      return error.what();
    }
    return "";
  }

  worker::RenderTask task_ = sample_task({{0, 4}, {2, 4}, {1, 4}}, 2);
  CheckpointData checkpoint_;
};

TEST_F(ResumeFrom, GoesOnAtThePositionWithTheLatents) {
  const RunStart run = resume_from(checkpoint_, task_, {});
  EXPECT_TRUE(run.from_checkpoint());
  EXPECT_EQ(run.start, (CascadeStart{{1, 2, 3}, {}}));
  ASSERT_EQ(run.snapshots.size(), 1u);
  EXPECT_EQ(run.snapshots[0], sample_snapshot(task_, 1, 2, 3));
}

TEST_F(ResumeFrom, GoesOnFromTheFirstAndAfterTheLastStepOfAStage) {
  for (const int step : {1, 4}) {
    checkpoint_.progress.next_step = step;
    EXPECT_EQ(resume_from(checkpoint_, task_, {}).start.position, (CascadePosition{1, 2, step}));
  }
}

TEST_F(ResumeFrom, MakesLostPicturesFromTheEndsOfTheirStages) {
  const RunStart run = resume_from(checkpoint_, task_, {0, 1});
  EXPECT_EQ(run.start.lost_stages, (std::vector<int>{0, 1}));
  ASSERT_EQ(run.snapshots.size(), 3u);
  for (int stage = 0; stage < 2; ++stage) {
    worker::StageSnapshot end = sample_snapshot(task_, 1, stage, 4);
    end.z_up = {};
    EXPECT_EQ(run.snapshots[static_cast<std::size_t>(stage)], end);
  }
  EXPECT_EQ(run.snapshots[2], sample_snapshot(task_, 1, 2, 3));
}

TEST_F(ResumeFrom, StartsAnewWhenTheItemIsComplete) {
  task_.items[1].work = worker::ItemWork::Leave;
  const RunStart run = resume_from(checkpoint_, task_, {});
  EXPECT_FALSE(run.from_checkpoint());
  EXPECT_EQ(run.start, CascadeStart());
}

TEST_F(ResumeFrom, NamesALostStageWithoutLatents) {
  checkpoint_.stages.pop_back();
  EXPECT_EQ(error({0}), "");
  EXPECT_NE(error({0, 1}).find("lacks the latents of stage 1"), std::string::npos);
}

TEST_F(ResumeFrom, NamesALostStageOfAnotherSize) {
  checkpoint_.stages[1].latents = checkpoint_.stages[0].latents;
  EXPECT_NE(error({1}).find("a side of latents is 8 in it, 16 in the plan"), std::string::npos);
}

TEST_F(ResumeFrom, AStepInALaterStageNeedsTheUpscaledLatents) {
  checkpoint_.z_up = {};
  EXPECT_NE(error().find("lacks the upscaled latents of stage 2"), std::string::npos);
  checkpoint_.progress.next_step = 4;
  EXPECT_EQ(error(), "") << "after the last step nothing blends";
}

TEST_F(ResumeFrom, NamesLatentsOfAnotherShape) {
  const CheckpointData good = checkpoint_;
  checkpoint_.x.shape = {4, 32, 32};
  EXPECT_NE(error().find("number of dimensions of latents is 3 in it, 4 in"), std::string::npos);
  checkpoint_ = good;
  checkpoint_.x.shape[1] = 8;
  EXPECT_NE(error().find("a side of latents is 8 in it, 4 in"), std::string::npos);
  checkpoint_ = good;
  checkpoint_.z_up.shape[3] = 16;
  EXPECT_NE(error().find("a side of latents is 16 in it, 32 in"), std::string::npos);
}

struct Misfit {
  int storage::CheckpointProgress::*field;
  int value;
  const char* text;
};

TEST_F(ResumeFrom, NamesThePartOfThePositionThatDoesNotFitWithBothValues) {
  using Progress = storage::CheckpointProgress;
  const Misfit misfits[] = {{&Progress::item, 2, "the item is 2 in it, 1 in the plan"},
                            {&Progress::item, -1, "the item is -1 in it"},
                            {&Progress::stage_count, 4, "the number of stages is 4 in it, 3 in"},
                            {&Progress::stage, 3, "the stage is 3 in it, 2 in the plan"},
                            {&Progress::stage, -1, "the stage is -1 in it"},
                            {&Progress::steps, 5, "the number of steps is 5 in it, 4 in the plan"},
                            {&Progress::next_step, 0, "the step is 0 in it"},
                            {&Progress::next_step, 5, "the step is 5 in it, 4 in the plan"}};
  const CheckpointData good = checkpoint_;
  for (const Misfit& misfit : misfits) {
    checkpoint_ = good;
    checkpoint_.progress.*misfit.field = misfit.value;
    EXPECT_NE(error().find(misfit.text), std::string::npos) << misfit.text << ": " << error();
  }
}

}  // namespace
}  // namespace tessera::coordinator
