#include "worker/random_source.h"

#include <ATen/ATen.h>

#include <cstdio>
#include <cstring>

#include "model/sampling/noise_field.h"
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
  char step[16];
  std::snprintf(step, sizeof step, "%02d", request.step);
  return stage + ".step" + step + ".sampler";
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
  if (replay_ == nullptr) {
    return model::keyed_normals(
        {seed_, purpose_of(request.what), request.stage, request.step, /*frame=*/0}, rows, cols,
        kLatentChannels);
  }
  const storage::TensorView& view = replay_->require(
      prefix_ + noise_name(request), storage::Dtype::F32, {1, kLatentChannels, canvas_rows, cols});
  auto* const bytes = const_cast<std::byte*>(view.bytes.data());
  const at::Tensor whole = at::from_blob(bytes, view.shape, at::TensorOptions(at::kFloat));
  return whole.narrow(2, rows.begin, rows.rows()).clone(at::MemoryFormat::Contiguous);
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
