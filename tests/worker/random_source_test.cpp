#include "worker/random_source.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include "partition/frame_sources.h"
#include "storage/safetensors_writer.h"
#include "storage/storage_error.h"
#include "tests/worker/scratch_file.h"
#include "tests/worker/spatial/strip_scene.h"

namespace tessera::testing {
namespace {

using worker::LatentNoise;
using worker::NoiseRequest;
using worker::RandomSource;

constexpr int kRows = 8;
constexpr int kCols = 6;
const std::string kPath = "mid_block.attentions.0.transformer_blocks.0";

partition::CropGrid sample_grid() { return partition::paper_crops({16, 16}, {128, 128}, 1, 0.125); }

/// A stage that runs the steps [first_step, steps).
worker::StagePlan stage_of(int stage, int first_step = 5, int steps = 7) {
  worker::StagePlan plan;
  plan.stage = stage;
  plan.first_step = first_step;
  plan.steps = steps;
  return plan;
}

/// Shifts of the steps 5 and 6, as a replay file holds them.
at::Tensor sample_jitter() {
  at::Tensor table = at::empty({2, sample_grid().count(), 2}, at::kInt);
  for (const int step : {5, 6}) {
    std::int64_t crop = 0;
    for (const partition::CropShift shift :
         partition::draw_jitter(sample_grid(), {9, 1, step, 0})) {
      table[step - 5][crop][0] = shift.row;
      table[step - 5][crop++][1] = shift.col;
    }
  }
  return table;
}

std::string error_of(const std::function<void()>& call) {
  try {
    call();
  } catch (const storage::DataError& error) {
    return error.what();
  }
  return "";
}

TEST(RandomSourceKeyed, GivesAnyStripTheSameRows) {
  const RandomSource random(3, "");
  for (const LatentNoise what : {LatentNoise::Initial, LatentNoise::Posterior, LatentNoise::Renoise,
                                 LatentNoise::SamplerStep, LatentNoise::ImagePosterior}) {
    const NoiseRequest request{what, 1, 4};
    const at::Tensor whole = random.normals(request, {0, kRows}, kRows, kCols);
    EXPECT_EQ(whole.sizes(), (at::IntArrayRef{1, 4, kRows, kCols}));
    expect_same_bits(random.normals(request, {3, 7}, kRows, kCols), whole.narrow(2, 3, 4),
                     noise_name(request));
    EXPECT_EQ(random.normals(request, {0, 0}, kRows, kCols).size(2), 0);
  }
}

TEST(RandomSourceKeyed, DrawsDifferentNumbersForEveryPurposeStageStepAndSeed) {
  const RandomSource random(3, "");
  const std::vector<NoiseRequest> requests{
      {LatentNoise::Initial, 0, 0},     {LatentNoise::Posterior, 1, 0},
      {LatentNoise::Renoise, 1, 0},     {LatentNoise::Renoise, 2, 0},
      {LatentNoise::SamplerStep, 1, 0}, {LatentNoise::SamplerStep, 1, 1}};
  std::vector<at::Tensor> drawn;
  for (const NoiseRequest& request : requests) {
    drawn.push_back(random.normals(request, {0, kRows}, kRows, kCols));
  }
  drawn.push_back(RandomSource(4, "").normals(requests[0], {0, kRows}, kRows, kCols));
  for (std::size_t a = 0; a < drawn.size(); ++a) {
    for (std::size_t b = 0; b < a; ++b) EXPECT_FALSE(at::equal(drawn[a], drawn[b])) << a << b;
  }
}

TEST(RandomSourceKeyed, GivesFramesOfAClipTheNoiseOfTheirSources) {
  const RandomSource random(3, "");
  const NoiseRequest request{LatentNoise::Renoise, 1};
  const std::vector<int> sources{0, 1, 2, 1};
  const at::Tensor frames = random.clip_normals(request, sources, {0, kRows}, kRows, kCols);
  EXPECT_EQ(frames.sizes(), (at::IntArrayRef{4, 4, kRows, kCols}));
  expect_same_bits(frames.narrow(0, 0, 1), random.normals(request, {0, kRows}, kRows, kCols),
                   "frame 0");
  expect_same_bits(frames[3], frames[1], "a frame with the noise of another");
  EXPECT_FALSE(at::equal(frames[1], frames[2]));
  expect_same_bits(random.clip_normals(request, sources, {3, 7}, kRows, kCols),
                   frames.narrow(2, 3, 4), "rows of a strip");
}

TEST(RandomSourceKeyed, OrdersTheFramesOfLongClipsBySeed) {
  EXPECT_EQ(RandomSource(3, "").frame_sources(24, {}), partition::keyed_frame_sources(24, {}, 3));
  EXPECT_NE(RandomSource(3, "").frame_sources(24, {}), RandomSource(4, "").frame_sources(24, {}));
}

/// A replay file of the tensors given, and a source that reads it.
class RandomSourceReplayed : public ::testing::Test {
 protected:
  RandomSourceReplayed() : file_("replay.safetensors") {
    noise_ = wave({1, 4, kRows, kCols}, 1, 1.0);
    jitter_ = sample_jitter();
  }
  RandomSource source(const std::string& prefix = "") {
    const auto view = [&](const std::string& name, const at::Tensor& tensor, storage::Dtype dtype) {
      return storage::TensorView{
          prefix + name,
          dtype,
          tensor.sizes().vec(),
          {static_cast<const std::byte*>(tensor.const_data_ptr()), tensor.nbytes()}};
    };
    const std::vector<storage::TensorView> tensors{
        view("initial", noise_, storage::Dtype::F32),
        view("stage1.renoise", jitter_, storage::Dtype::I32),  // a wrong type
        view("stage1.jitter." + kPath, jitter_, storage::Dtype::I32),
        view("stage2.renoise", clip_noise_, storage::Dtype::F32),
        view("step04.noise", clip_noise_, storage::Dtype::F32),
        view("stage0.step05.noise", clip_noise_, storage::Dtype::F32),
        view("stage1.step04.noise", clip_noise_, storage::Dtype::F32),
        view("freenoise.permutation", frame_order_, storage::Dtype::I32)};
    storage::write_safetensors(file_.path(), tensors, {});
    return RandomSource(3, file_.path(), prefix);
  }
  static at::Tensor draw(const RandomSource& random, NoiseRequest request, int rows = kRows) {
    return random.normals(request, {0, rows}, rows, kCols);
  }

  ScratchFile file_;
  at::Tensor noise_;
  at::Tensor jitter_;
  at::Tensor clip_noise_ = wave({1, 4, 3, kRows, kCols}, 2, 1.0);
  at::Tensor frame_order_ = at::tensor(std::vector<int>{1, 0, 3, 2}, at::kInt).view({2, 2});
};

TEST_F(RandomSourceReplayed, ReturnsTheFramesOfTheFile) {
  const RandomSource random = source();
  const std::vector<int> sources{0, 1, 2, 0};
  const at::Tensor frames =
      random.clip_normals({LatentNoise::Renoise, 2}, sources, {2, 5}, kRows, kCols);
  for (const std::int64_t frame : {0, 1, 2, 3}) {
    expect_same_bits(frames[frame], clip_noise_[0].select(1, frame % 3).narrow(1, 2, 3), "frame");
  }
  const std::vector<int> beyond{0, 3};
  const std::string error = error_of([&] {
    random.clip_normals({LatentNoise::Renoise, 2}, beyond, {0, kRows}, kRows, kCols);
  });
  EXPECT_NE(error.find("stage2.renoise"), std::string::npos) << error;
}

TEST_F(RandomSourceReplayed, FindsTheNoiseOfClipStepsWithAndWithoutItsStage) {
  const RandomSource random = source();
  const std::vector<int> sources{0, 1, 2};
  const auto draw_step = [&](int stage, int step) {
    return random.clip_normals({LatentNoise::SamplerStep, stage, step}, sources, {0, kRows}, kRows,
                               kCols);
  };
  const at::Tensor frames = clip_noise_[0].transpose(0, 1);
  expect_same_bits(draw_step(0, 4), frames, "step04.noise");
  expect_same_bits(draw_step(0, 5), frames, "stage0.step05.noise");
  expect_same_bits(draw_step(1, 4), frames, "stage1.step04.noise");
  const std::string error = error_of([&] { draw_step(0, 6); });
  EXPECT_NE(error.find("\"step06.noise\""), std::string::npos) << error;
}

TEST_F(RandomSourceReplayed, ReturnsTheOrderOfTheFramesOfTheFile) {
  const RandomSource random = source();
  EXPECT_EQ(random.frame_sources(8, {4, 2}), (std::vector<int>{0, 1, 2, 3, 1, 0, 3, 2}));
  EXPECT_EQ(random.frame_sources(4, {4, 2}), (std::vector<int>{0, 1, 2, 3}));
  frame_order_[1][0] = 1;  // a frame that has left the window
  const std::string error = error_of([&] { source().frame_sources(8, {4, 2}); });
  EXPECT_NE(error.find("freenoise.permutation"), std::string::npos) << error;
  EXPECT_NE(error_of([&] { source().frame_sources(12, {4, 2}); }), "");
}

TEST_F(RandomSourceReplayed, ReturnsTheRowsOfTheFile) {
  const RandomSource random = source();
  expect_same_bits(draw(random, {LatentNoise::Initial}), noise_, "initial");
  expect_same_bits(random.normals({LatentNoise::Initial}, {2, 5}, kRows, kCols),
                   noise_.narrow(2, 2, 3), "rows of initial");
}

TEST_F(RandomSourceReplayed, ReturnsTheShiftsOfTheStepCountedFromTheRestartIndex) {
  const RandomSource random = source();
  const auto shifts = random.crop_shifts(sample_grid(), stage_of(1), 6, 0, kPath);
  ASSERT_EQ(static_cast<int>(shifts.size()), sample_grid().count());
  for (std::int64_t crop = 0; crop < jitter_.size(1); ++crop) {
    EXPECT_EQ(shifts[static_cast<std::size_t>(crop)].row, jitter_[1][crop][0].item<int>());
    EXPECT_EQ(shifts[static_cast<std::size_t>(crop)].col, jitter_[1][crop][1].item<int>());
  }
}

TEST_F(RandomSourceReplayed, NamesAMissingTensorInsteadOfDrawing) {
  const RandomSource random = source();
  const std::string noise = error_of([&] { draw(random, {LatentNoise::SamplerStep, 1, 3}); });
  EXPECT_NE(noise.find("stage1.step03.sampler"), std::string::npos) << noise;
  EXPECT_NE(noise.find(file_.path()), std::string::npos) << noise;
  const std::string shifts =
      error_of([&] { random.crop_shifts(sample_grid(), stage_of(2), 5, 0, kPath); });
  EXPECT_NE(shifts.find("stage2.jitter." + kPath), std::string::npos) << shifts;
}

TEST_F(RandomSourceReplayed, NamesAWrongShapeAndAWrongType) {
  const RandomSource random = source();
  const std::string shape = error_of([&] { draw(random, {LatentNoise::Initial}, kRows + 1); });
  EXPECT_NE(shape.find("initial"), std::string::npos) << shape;
  EXPECT_NE(error_of([&] { draw(random, {LatentNoise::Renoise, 1}); }), "");
  const auto other = partition::paper_crops({24, 16}, {128, 128}, 1, 0.125);
  EXPECT_NE(error_of([&] { random.crop_shifts(other, stage_of(1), 5, 0, kPath); }), "");
}

TEST_F(RandomSourceReplayed, NamesATableOfOtherSteps) {
  const RandomSource random = source();
  for (const worker::StagePlan& plan : {stage_of(1, 5, 8), stage_of(1, 6, 7)}) {  // 3 rows, 1 row
    const std::string error =
        error_of([&] { random.crop_shifts(sample_grid(), plan, 6, 0, kPath); });
    EXPECT_NE(error.find("stage1.jitter." + kPath), std::string::npos) << error;
  }
}

TEST_F(RandomSourceReplayed, NamesAShiftThatNoDrawGives) {
  const partition::CropGrid grid = sample_grid();
  jitter_[1][0][1] = grid.cols.shift_range(0).high + 1;  // the first crop only moves outwards
  const RandomSource random = source();
  const auto shifts_at = [&](int step) { random.crop_shifts(grid, stage_of(1), step, 0, kPath); };
  EXPECT_EQ(error_of([&] { shifts_at(5); }), "");
  const std::string error = error_of([&] { shifts_at(6); });
  EXPECT_NE(error.find("stage1.jitter." + kPath), std::string::npos) << error;
  EXPECT_NE(error.find("crop 0 at step 6"), std::string::npos) << error;
}

TEST_F(RandomSourceReplayed, LooksForTheNamesOfItsItem) {
  const RandomSource random = source("item2/");
  expect_same_bits(draw(random, {LatentNoise::Initial}), noise_, "initial of item 2");
  const RandomSource other(3, file_.path(), "item1/");
  const std::string error = error_of([&] { draw(other, {LatentNoise::Initial}); });
  EXPECT_NE(error.find("item1/initial"), std::string::npos) << error;
}

TEST(RandomSource, RefusesAReplayFileThatIsNotThere) {
  EXPECT_THROW(RandomSource(1, "no-such-file.safetensors"), storage::MissingFileError);
}

}  // namespace
}  // namespace tessera::testing
