#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "partition/crop_jitter.h"
#include "partition/frame_windows.h"
#include "partition/row_range.h"
#include "worker/stage_plan.h"

namespace tessera::worker {

/// A random tensor of the latent space, as the replay file names it.
enum class LatentNoise { Initial, Posterior, Renoise, SamplerStep, ImagePosterior };

struct NoiseRequest {
  LatentNoise what = LatentNoise::Initial;
  int stage = 0;
  int step = 0;  ///< SamplerStep only
};

/// Every random number of a render: keyed by seed and coordinate, or taken from a replay file.
/// Const and stateless apart from what was loaded; any strip gives the same rows.
class RandomSource {
 public:
  /// \param replay_file  a safetensors file, or "" for the keyed generator.
  /// \param prefix  of this item's names in the replay file (`tensor_prefix`).
  /// \throws storage::MissingFileError, storage::DataError.
  RandomSource(std::uint64_t seed, const std::string& replay_file, std::string prefix = {});
  ~RandomSource();
  RandomSource(RandomSource&&) noexcept;
  RandomSource& operator=(RandomSource&&) noexcept;

  /// Normals for the given latent rows, fp32 [1, 4, rows, cols].
  /// \param canvas_rows  latent rows of the canvas, to check a replayed shape.
  /// \throws storage::DataError if the replay file lacks the tensor or its shape differs.
  at::Tensor normals(const NoiseRequest& request, partition::RowRange rows, int canvas_rows,
                     int cols) const;

  /// Normals for the frames of a clip, fp32 [T, 4, rows, cols]: frame t has those of the frame
  /// sources[t]. A replayed tensor is [1, 4, frames, canvas_rows, cols] with as many frames as the
  /// sources name, under clip_noise_name() or, at stage 0, behind "stage0.".
  /// \throws storage::DataError as normals().
  at::Tensor clip_normals(const NoiseRequest& request, std::span<const int> sources,
                          partition::RowRange rows, int canvas_rows, int cols) const;

  /// Noise of the autoencoder's posterior for the first frame of a clip's last stage, encoded again
  /// for a trace, [1, 4, h, w]: keyed, or the replayed "frame00.posterior", nullopt if the file
  /// lacks it. \throws storage::DataError for another shape.
  std::optional<at::Tensor> frame_posterior(const StagePlan& plan) const;

  /// For every frame of a clip the frame whose noise it has (FreeNoise): partition's
  /// keyed_frame_sources, or the replayed "freenoise.permutation",
  /// [(frames - window) / stride, stride].
  /// \throws storage::DataError if the replayed table is none.
  std::vector<int> frame_sources(int frames, partition::WindowRule rule) const;

  /// Shifts of every crop of one self-attention at one step.
  /// \param plan  its first step is row 0 of a replayed table, its last one the last row.
  /// \param layer  index in execution order; \param path  module path, the replay file's name.
  /// \throws storage::DataError if the replay file lacks the table, its shape differs or a shift
  ///   leaves the range that a crop is drawn from.
  std::vector<partition::CropShift> crop_shifts(const partition::CropGrid& grid,
                                                const StagePlan& plan, int step, int layer,
                                                const std::string& path) const;

 private:
  struct Replay;
  at::Tensor keyed(const NoiseRequest& request, int frame, partition::RowRange rows,
                   int cols) const;

  std::uint64_t seed_;
  std::string prefix_;
  std::unique_ptr<Replay> replay_;
};

/// Name in replay and trace files, e.g. "stage1.renoise" or "stage2.step05.sampler".
std::string noise_name(const NoiseRequest& request);
/// The same of a clip, where the noise of steps is "step<ii>.noise" at stage 0, as VideoCrafter's
/// recorded runs have it, and "stage<k>.step<ii>.noise" above.
std::string clip_noise_name(const NoiseRequest& request);

}  // namespace tessera::worker
