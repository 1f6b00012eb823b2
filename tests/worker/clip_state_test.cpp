#include "worker/clip_state.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include "model/video/prompt_blend.h"
#include "partition/frame_sources.h"
#include "tests/worker/spatial/strip_scene.h"
#include "tests/worker/tiny_clip.h"

namespace tessera::testing {
namespace {

using worker::ClipState;
using worker::Predictions;

class ClipStateBegun : public ::testing::Test {
 protected:
  ClipState begin(Predictions predictions = Predictions::Both) const {
    return worker::begin_clip(task_, task_.items.front(), models_, predictions);
  }
  at::Tensor context(const std::string& prompt) const {
    return model::encode_text(models_.text.weights, models_.text.tokenizer.encode(prompt).ids)
        .context_1NC;
  }
  static void expect_same(const std::vector<model::KeyValue>& actual,
                          const std::vector<model::KeyValue>& expected) {
    ASSERT_EQ(actual.size(), expected.size());
    for (std::size_t k = 0; k < expected.size(); ++k) {
      expect_same_bits(actual[k].k_BKND, expected[k].k_BKND, "keys");
      expect_same_bits(actual[k].v_BKND, expected[k].v_BKND, "values");
    }
  }

  model::VideoModel models_ = tiny_video_model();
  worker::RenderTask task_ = tiny_clip_task(1);
};

TEST_F(ClipStateBegun, HasAScheduleWindowsAndTheOrderOfTheNoise) {
  const ClipState clip = begin();
  ASSERT_EQ(clip.schedule.size(), 3U);
  EXPECT_EQ(clip.schedule[0].timestep, 667);
  EXPECT_EQ(clip.time_shifts.size(), 3U);
  EXPECT_EQ(clip.windows, (std::vector<partition::FrameWindow>{{0, 3}, {1, 4}}));
  EXPECT_EQ(clip.noise_frames, partition::keyed_frame_sources(4, {3, 1}, 7));
  EXPECT_EQ(clip.frames(), 4);
}

TEST_F(ClipStateBegun, TellsTheNetworkTheFramesPerSecond) {
  const ClipState first = begin();
  task_.clip->fps_condition = 10;
  EXPECT_FALSE(at::equal(begin().time_shifts[0][0], first.time_shifts[0][0]));
}

TEST_F(ClipStateBegun, TakesTheEmptyTextForAnAbsentNegativePrompt) {
  const ClipState clip = begin();
  expect_same(clip.negative_cross, models_.unet.project_text(context("")));
  expect_same(clip.cross, models_.unet.project_text(context("a red ball")));
  task_.items.front().negative_prompt = "blue";
  expect_same(begin().negative_cross, models_.unet.project_text(context("blue")));
}

TEST_F(ClipStateBegun, ProjectsWhatTheRankPredicts) {
  EXPECT_TRUE(begin(Predictions::Unconditional).cross.empty());
  EXPECT_FALSE(begin(Predictions::Unconditional).negative_cross.empty());
  EXPECT_TRUE(begin(Predictions::Conditional).negative_cross.empty());
  EXPECT_TRUE(begin(Predictions::ConditionalOnly).negative_cross.empty());
  EXPECT_FALSE(begin(Predictions::ConditionalOnly).cross.empty());
}

TEST_F(ClipStateBegun, GoesFromOnePromptToTheOther) {
  EXPECT_TRUE(begin().second_cross.empty());
  task_.items.front().second_prompt = "a green ball";
  const ClipState clip = begin();
  const at::Tensor second = context("a green ball");
  expect_same(clip.second_cross, models_.unet.project_text(second));
  expect_same(clip.cross, models_.unet.project_text(model::blend_contexts(
                              context("a red ball"), second, model::second_prompt_shares(4))));
}

TEST_F(ClipStateBegun, TellsWhichWordsAreDropped) {
  std::string words;
  for (int word = 0; word < 90; ++word) words += "ball ";
  task_.items.front().negative_prompt = words;
  const ClipState clip = begin();
  EXPECT_FALSE(clip.dropped_negative.empty());
  EXPECT_TRUE(clip.dropped_prompt.empty());
}

}  // namespace
}  // namespace tessera::testing
