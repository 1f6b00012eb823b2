#include "worker/random_source.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <stdexcept>

#include "model/sampling/noise_field.h"
#include "partition/frame_sources.h"
#include "storage/safetensors_file.h"
#include "storage/storage_error.h"

namespace tessera::worker {
namespace {

constexpr int kLatentChannels = 4;

partition::NoisePurpose purpose_of(LatentNoise what) {
  switch (what) {
    case LatentNoise::Initial:
      return partition::NoisePurpose::InitialLatents;
    case LatentNoise::Renoise:
      return partition::NoisePurpose::Renoise;
    case LatentNoise::SamplerStep:
      return partition::NoisePurpose::AncestralStep;
    case LatentNoise::Posterior:
    case LatentNoise::ImagePosterior:
      break;
  }
  return partition::NoisePurpose::Posterior;
}

bool holds(partition::ShiftRange range, int shift) {
  return range.low <= shift && shift <= range.high;
}

std::string step_text(int step) {
  char text[16];
  std::snprintf(text, sizeof text, "step%02d", step);
  return text;
}

std::string range_text(partition::ShiftRange range) {
  return std::to_string(range.low) + ".." + std::to_string(range.high);
}

}  // namespace

std::string noise_name(const NoiseRequest& request) {
  const std::string stage = "stage" + std::to_string(request.stage);
  switch (request.what) {
    case LatentNoise::Initial:
      return "initial";
    case LatentNoise::ImagePosterior:
      return "image.posterior";
    case LatentNoise::Posterior:
      return stage + ".posterior";
    case LatentNoise::Renoise:
      return stage + ".renoise";
    case LatentNoise::SamplerStep:
      break;
  }
  return stage + "." + step_text(request.step) + ".sampler";
}

std::string clip_noise_name(const NoiseRequest& request) {
  if (request.what != LatentNoise::SamplerStep) return noise_name(request);
  const std::string stage = request.stage == 0 ? "" : "stage" + std::to_string(request.stage) + ".";
  return stage + step_text(request.step) + ".noise";
}

struct RandomSource::Replay {
  storage::SafetensorsFile file;

  const storage::TensorView& require(const std::string& name, storage::Dtype dtype,
                                     const std::vector<std::int64_t>& shape) const {
    const storage::TensorView* view = file.find(name);
    const std::string where = file.path().string() + ": tensor \"" + name + "\"";
    if (view == nullptr) {
      throw storage::DataError(where + " is missing: a replay never draws. Expected " +
                               storage::dtype_name(dtype) + " " + storage::shape_text(shape));
    }
    if (view->shape != shape || view->dtype != dtype) {
      throw storage::DataError(where + " is " + storage::dtype_name(view->dtype) + " " +
                               storage::shape_text(view->shape) + ", expected " +
                               storage::dtype_name(dtype) + " " + storage::shape_text(shape));
    }
    return *view;
  }

  /// Of the two names that noise of stage 0 may have, the one that is there.
  std::string clip_name(const std::string& prefix, const NoiseRequest& request) const {
    const std::string name = clip_noise_name(request);
    const std::string with_stage = prefix + "stage0." + name;
    return request.stage == 0 && file.find(with_stage) != nullptr ? with_stage : prefix + name;
  }

  /// A view of the file's memory.
  at::Tensor floats(const std::string& name, const std::vector<std::int64_t>& shape) const {
    const storage::TensorView& view = require(name, storage::Dtype::F32, shape);
    auto* const bytes = const_cast<std::byte*>(view.bytes.data());
    return at::from_blob(bytes, view.shape, at::TensorOptions(at::kFloat));
  }
};

RandomSource::RandomSource(std::uint64_t seed, const std::string& replay_file, std::string prefix)
    : seed_(seed), prefix_(std::move(prefix)) {
  if (!replay_file.empty()) {
    replay_.reset(new Replay{storage::SafetensorsFile::open(replay_file)});
  }
}

RandomSource::~RandomSource() = default;
RandomSource::RandomSource(RandomSource&&) noexcept = default;
RandomSource& RandomSource::operator=(RandomSource&&) noexcept = default;

at::Tensor RandomSource::normals(const NoiseRequest& request, partition::RowRange rows,
                                 int canvas_rows, int cols) const {
  if (replay_ == nullptr) return keyed(request, /*frame=*/0, rows, cols);
  const at::Tensor whole =
      replay_->floats(prefix_ + noise_name(request), {1, kLatentChannels, canvas_rows, cols});
  return whole.narrow(2, rows.begin, rows.rows()).clone(at::MemoryFormat::Contiguous);
}

at::Tensor RandomSource::keyed(const NoiseRequest& request, int frame, partition::RowRange rows,
                               int cols) const {
  return model::keyed_normals({seed_, purpose_of(request.what), request.stage, request.step, frame},
                              rows, cols, kLatentChannels);
}

at::Tensor RandomSource::clip_normals(const NoiseRequest& request, std::span<const int> sources,
                                      partition::RowRange rows, int canvas_rows, int cols) const {
  const int held = *std::max_element(sources.begin(), sources.end()) + 1;
  at::Tensor frames_TCHW;
  if (replay_ == nullptr) {
    std::vector<at::Tensor> frames;
    for (int frame = 0; frame < held; ++frame) {
      frames.push_back(keyed(request, frame, rows, cols));
    }
    frames_TCHW = at::cat(frames, 0);
  } else {
    const at::Tensor whole = replay_->floats(replay_->clip_name(prefix_, request),
                                             {1, kLatentChannels, held, canvas_rows, cols});
    frames_TCHW = whole[0].transpose(0, 1).narrow(2, rows.begin, rows.rows());
  }
  at::Tensor index_T = at::empty({static_cast<std::int64_t>(sources.size())}, at::kLong);
  std::copy(sources.begin(), sources.end(), index_T.data_ptr<std::int64_t>());
  return frames_TCHW.index_select(0, index_T).contiguous();
}

std::optional<at::Tensor> RandomSource::frame_posterior(const StagePlan& plan) const {
  const NoiseRequest request{LatentNoise::Posterior, plan.stage};
  if (replay_ == nullptr) return keyed(request, 0, {0, plan.latent.rows}, plan.latent.cols);
  const std::string name = prefix_ + "frame00.posterior";
  if (replay_->file.find(name) == nullptr) return std::nullopt;
  return replay_->floats(name, {1, kLatentChannels, plan.latent.rows, plan.latent.cols}).clone();
}

std::vector<int> RandomSource::frame_sources(int frames, partition::WindowRule rule) const {
  if (replay_ == nullptr || frames <= rule.window) {
    return partition::keyed_frame_sources(frames, rule, seed_);
  }
  const std::string name = prefix_ + "freenoise.permutation";
  const storage::TensorView& view = replay_->require(
      name, storage::Dtype::I32, {(frames - rule.window) / rule.stride, rule.stride});
  std::vector<int> table(static_cast<std::size_t>(frames - rule.window));
  std::memcpy(table.data(), view.bytes.data(), table.size() * sizeof(int));
  try {
    return partition::recorded_frame_sources(frames, rule, table);
  } catch (const std::invalid_argument& error) {
    throw storage::DataError(replay_->file.path().string() + ": tensor \"" + name +
                             "\": " + error.what());
  }
}

std::vector<partition::CropShift> RandomSource::crop_shifts(const partition::CropGrid& grid,
                                                            const StagePlan& plan, int step,
                                                            int layer,
                                                            const std::string& path) const {
  if (replay_ == nullptr) return partition::draw_jitter(grid, {seed_, plan.stage, step, layer});
  const std::string name = prefix_ + "stage" + std::to_string(plan.stage) + ".jitter." + path;
  const storage::TensorView& view =
      replay_->require(name, storage::Dtype::I32, {plan.steps - plan.first_step, grid.count(), 2});
  std::vector<partition::CropShift> shifts(static_cast<std::size_t>(grid.count()));
  static_assert(sizeof(partition::CropShift) == 2 * sizeof(std::int32_t));
  const std::size_t bytes = shifts.size() * sizeof(partition::CropShift);
  const auto row = static_cast<std::size_t>(step - plan.first_step);
  std::memcpy(shifts.data(), view.bytes.data() + row * bytes, bytes);
  for (int crop = 0; crop < grid.count(); ++crop) {
    const partition::CropShift shift = shifts[static_cast<std::size_t>(crop)];
    const partition::ShiftRange down = grid.rows.shift_range(crop / grid.cols.count());
    const partition::ShiftRange right = grid.cols.shift_range(crop % grid.cols.count());
    if (holds(down, shift.row) && holds(right, shift.col)) continue;
    throw storage::DataError(replay_->file.path().string() + ": tensor \"" + name +
                             "\" shifts crop " + std::to_string(crop) + " at step " +
                             std::to_string(step) + " by (" + std::to_string(shift.row) + ", " +
                             std::to_string(shift.col) + "), allowed are rows " + range_text(down) +
                             " and columns " + range_text(right));
  }
  return shifts;
}

}  // namespace tessera::worker
