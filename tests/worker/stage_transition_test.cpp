// How stages begin: from noise, from an image, from the stage below.
#include "worker/stage_transition.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include "tests/storage/written_png.h"
#include "tests/worker/run_cascade.h"
#include "tests/worker/scratch_file.h"
#include "tests/worker/spatial/strip_scene.h"
#include "tests/worker/tiny_task.h"

namespace tessera::testing {
namespace {

using storage::SafetensorsFile;
using worker::RenderTask;

at::Tensor tensor_of(const SafetensorsFile& file, const std::string& name) {
  const storage::TensorView* view = file.find(name);
  if (view == nullptr) throw std::runtime_error(name + " is not traced");
  auto* const bytes = const_cast<std::byte*>(view->bytes.data());
  return at::from_blob(bytes, view->shape, at::TensorOptions(at::kFloat)).clone();
}

void expect_same_on_other_rank_counts(const std::function<RenderTask(int)>& task_of) {
  const SafetensorsFile one = trace_of(task_of(1));
  for (const int ranks : {3, 4}) {
    SCOPED_TRACE(std::to_string(ranks) + " ranks");
    expect_same_tensors(trace_of(task_of(ranks)), one);
  }
}

TEST(StageTransition, UpscalesLatentsWhereAskedTo) {
  const auto task_of = [](int ranks) {
    RenderTask task = tiny_task(ranks);
    task.upscale_space = worker::UpscaleSpace::Latent;
    return task;
  };
  expect_same_on_other_rank_counts(task_of);
  const SafetensorsFile trace = trace_of(task_of(1));
  EXPECT_EQ(trace.find("stage1.posterior"), nullptr);
  EXPECT_EQ(tensor_of(trace, "stage1.z0").sizes(), (at::IntArrayRef{1, 4, 32, 32}));
}

TEST(StageTransition, TakesTheMeanOfThePosteriorWhereAskedTo) {
  const auto task_of = [](int ranks) {
    RenderTask task = tiny_task(ranks);
    task.posterior = worker::Posterior::Mean;
    return task;
  };
  expect_same_on_other_rank_counts(task_of);
  const SafetensorsFile trace = trace_of(task_of(1));
  EXPECT_EQ(trace.find("stage1.posterior"), nullptr);
  const at::Tensor mean = tensor_of(trace, "stage1.moments").narrow(1, 0, 4) * 0.13025;
  EXPECT_LE(relative_difference(tensor_of(trace, "stage1.z0"), mean), 1e-6);
}

TEST(StageTransition, ScalesTheInitialNoise) {
  const SafetensorsFile trace = trace_of(tiny_task(1));
  EXPECT_EQ(tensor_of(trace, "initial").sizes(), (at::IntArrayRef{1, 4, 16, 16}));
  EXPECT_EQ(trace.find("image.z0"), nullptr);
}

// Sizes that are no multiples of each other: source rows come from several owners.
TEST(StageTransition, UpscalesByAnyFactor) {
  expect_same_on_other_rank_counts([](int ranks) {
    RenderTask task = tiny_task(ranks);
    set_sizes(task, {{128, 192}, {192, 256}, {320, 320}});
    return task;
  });
}

class FromImage : public ::testing::Test {
 protected:
  RenderTask task_of(int ranks, double strength) const {
    RenderTask task = tiny_task(ranks);
    start_from_ramp(task, image_.path(), strength);
    return task;
  }
  ScratchFile image_{"start.png"};
  ScratchFile mask_{"mask.png"};
};

TEST_F(FromImage, ReplacesStageZeroAtStrengthZero) {
  expect_same_on_other_rank_counts([&](int ranks) { return task_of(ranks, 0); });
  const SafetensorsFile trace = trace_of(task_of(1, 0));
  expect_same_bits(tensor_of(trace, "stage0.final_latents"), tensor_of(trace, "image.z0"),
                   "stage 0");
  EXPECT_EQ(trace.find("initial"), nullptr);
}

TEST_F(FromImage, RenoisesTheImageAtAHigherStrength) {
  expect_same_on_other_rank_counts([&](int ranks) { return task_of(ranks, 0.5); });
  const SafetensorsFile trace = trace_of(task_of(1, 0.5));
  EXPECT_NE(trace.find("stage0.renoise"), nullptr);
  EXPECT_FALSE(at::equal(tensor_of(trace, "stage0.final_latents"), tensor_of(trace, "image.z0")));
}

TEST_F(FromImage, UsesAMaskForTheDetailBlend) {
  const auto masked = [&](int ranks) {
    RenderTask task = task_of(ranks, 0);
    task.sampling.steps = 4;
    set_sizes(task, {{128, 128}, {256, 256}});
    task.stages[0].first_step = 4;
    task.stages[1].cosine_scale_bg = 0.25;
    return task;
  };
  const auto with_mask = [&](int ranks) {
    RenderTask task = masked(ranks);
    task.items[0].init_mask = mask_.path();
    return task;
  };
  const auto without_image = [](RenderTask task) {
    task.items[0].init_image.clear();
    task.stages[0].first_step = 0;
    return task;
  };
  std::vector<float> pixels(128 * 128 * 3, 0.0F);
  std::fill(pixels.begin(), pixels.begin() + 64 * 128 * 3, 1.0F);  // the upper half
  storage::write_png(mask_.path(), {128, 128}, pixels);
  expect_same_on_other_rank_counts(with_mask);
  EXPECT_NE(run_cascade(with_mask(1)), run_cascade(masked(1)));
  EXPECT_NE(run_cascade(without_image(with_mask(1))), run_cascade(without_image(masked(1))));
}

TEST_F(FromImage, RefusesAnImageOfAnotherSize) {
  RenderTask task = task_of(1, 0);
  set_sizes(task, {{192, 128}, {256, 256}});
  try {
    run_cascade(task);
    FAIL();
  } catch (const std::runtime_error& error) {
    EXPECT_NE(std::string(error.what()).find("128x128"), std::string::npos) << error.what();
    EXPECT_NE(std::string(error.what()).find("192x128"), std::string::npos) << error.what();
  }
}

}  // namespace
}  // namespace tessera::testing
