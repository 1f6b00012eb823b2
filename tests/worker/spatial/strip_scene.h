#pragma once

#include <ATen/core/Tensor.h>

#include <memory>
#include <string>
#include <vector>

#include "comm/solo_communicator.h"
#include "model/spatial_ops.h"
#include "worker/spatial/strip_group.h"
#include "worker/spatial/strip_spatial_ops.h"

namespace tessera::testing {

/// A canvas as this rank's strip of a group, and as the whole canvas of a group of one: the two
/// sides of every comparison. All ranks of `world` hold a strip, so there are as many blocks.
class StripScene {
 public:
  /// Collective. \param latent  rows are a multiple of `grain_rows`, one canonical block of that
  /// many or more.
  StripScene(comm::Communicator& world, partition::Extent latent, int grain_rows = 4);

  const worker::StripGroup& strips() const { return strips_; }
  const worker::StripGroup& whole() const { return whole_; }
  /// The strip's rows of `map`, which holds the whole canvas: dimension 2 of [B, C, H, W].
  at::Tensor strip_of(const at::Tensor& map) const;
  partition::Extent latent() const { return strips_.latent; }

 private:
  comm::SoloCommunicator solo_;
  std::unique_ptr<comm::Communicator> gathers_;
  std::unique_ptr<comm::Communicator> halos_;
  worker::StripGroup strips_;
  worker::StripGroup whole_;
};

/// The operations of a group, without scale fusion. `group` outlives the result.
worker::StripSpatialOps strip_ops(const worker::StripGroup& group);

/// Canvases of the scenarios: 34 blocks on any rank count (a picture of 1088 rows), and 8 blocks,
/// which are single-block strips on 8 ranks and uneven ones on 3, 5 and 6.
std::vector<partition::Extent> scene_canvases();

/// Structured maps stacked along the batch, [B, channels, rows, cols], fp32 channels-last: a ramp
/// down, a ramp across, a bright half, a constant with |mean| / std = 300, one hot row at each
/// canvas edge and on both sides of each strip boundary, and a wave.
at::Tensor structured_maps(const worker::StripGroup& group, int channels, partition::Extent map);

/// Numbers of a standard deviation near `scale` that look random and depend on `seed` alone.
at::Tensor wave(std::vector<std::int64_t> shape, int seed, double scale);

model::ConvWeights wave_conv(int in, int out, int kernel);
model::LinearWeights wave_linear(int in, int out, int seed, model::Bias bias);
model::AttentionWeights wave_attention(int channels);

/// Fails the test unless both hold the same bits; says where they differ.
void expect_same_bits(const at::Tensor& actual, const at::Tensor& expected,
                      const std::string& what);
/// max |a - b| / max |b|, in double.
double relative_difference(const at::Tensor& actual, const at::Tensor& expected);

}  // namespace tessera::testing
