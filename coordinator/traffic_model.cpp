#include "coordinator/traffic_model.h"

#include <algorithm>
#include <vector>

#include "coordinator/unet_layers.h"
#include "partition/row_range.h"
#include "partition/strip_layout.h"

namespace tessera::coordinator {
namespace {

using partition::RowRange;
using worker::StagePlan;

constexpr int kLatentChannels = 4;
constexpr int kStatisticBytes = 4;  // fp32
constexpr int kMomentsPerGroup = 2;
constexpr int kSumsPerChannel = 7;  // FreeU: fusion::free_u_partials

/// Adds up the operations of one U-Net call in which the strips take part together.
class StripTraffic {
 public:
  StripTraffic(const StagePlan& plan, int strip, int norm_groups, int batch, int value_bytes)
      : plan_(plan),
        strips_(partition::make_strips(plan.blocks, plan.strip_count)),
        strip_(strip),
        norm_groups_(norm_groups),
        batch_(batch),
        value_bytes_(value_bytes) {
    for (const RowRange rows : strips_.all()) {
      const auto held = std::count_if(plan.blocks.begin(), plan.blocks.end(),
                                      [&](RowRange block) { return rows.contains(block); });
      most_blocks_ = std::max(most_blocks_, static_cast<int>(held));
    }
  }

  void halo(int level, int channels, int above, int below) {
    if (above == 0 && below == 0) return;
    const partition::StripLayout rows = strips_.scaled_down(1 << level);
    std::int64_t sent_rows = 0;
    for (int peer = 0; peer < rows.strip_count(); ++peer) {
      if (peer == strip_) continue;
      const RowRange peer_rows = rows.rows(peer);
      sent_rows += intersect(rows.rows(strip_), {peer_rows.begin - above, peer_rows.begin}).rows();
      sent_rows += intersect(rows.rows(strip_), {peer_rows.end, peer_rows.end + below}).rows();
    }
    if (peers() == 0) return;
    total_ += {0, batch_ * sent_rows * (plan_.latent.cols >> level) * channels * value_bytes_, 1};
  }

  void norm() { statistics(norm_groups_, kMomentsPerGroup); }

  void statistics(int channels_or_groups, int values) {
    gather(std::int64_t{1} * most_blocks_ * channels_or_groups * values * kStatisticBytes);
  }

  void keys_and_values(int level, int channels) {
    const std::int64_t tokens =
        static_cast<std::int64_t>(strips_.tallest_rows() >> level) * (plan_.latent.cols >> level);
    gather(tokens * 2 * channels * value_bytes_);
  }

  Traffic total() const { return total_; }

 private:
  std::int64_t peers() const { return strips_.strip_count() - 1; }

  void gather(std::int64_t own_bytes) {
    if (peers() == 0) return;
    total_ += {batch_ * peers() * own_bytes, 0, 1};
  }

  const StagePlan& plan_;
  partition::StripLayout strips_;
  int strip_;
  int norm_groups_;
  int batch_;
  int value_bytes_;
  int most_blocks_ = 0;
  Traffic total_;
};

void add_conv(StripTraffic& traffic, const UnetLayer& layer, int dilation_rows) {
  const int reach = layer.dilated ? dilation_rows : 1;
  switch (layer.input) {
    case UnetLayer::Input::Plain:
      return traffic.halo(layer.level, layer.in_channels, reach, reach);
    case UnetLayer::Input::Normed:
      traffic.norm();
      return traffic.halo(layer.level, layer.in_channels, reach, reach);
    case UnetLayer::Input::Strided:
      return traffic.halo(layer.level - 1, layer.in_channels, reach, reach - 1);
    case UnetLayer::Input::Upsampled:
      return traffic.halo(layer.level + 1, layer.in_channels, 1, 1);
  }
}

void add_transformer(StripTraffic& traffic, const UnetLayer& layer, const StagePlan& plan) {
  traffic.norm();
  for (int block = 0; block < layer.depth; ++block) {
    traffic.keys_and_values(layer.level, layer.out_channels);
    if (plan.self_attention == worker::SelfAttention::ScaleFused) {
      traffic.halo(layer.level, layer.out_channels, plan.blur_radius, plan.blur_radius);
    }
  }
}

}  // namespace

Traffic& Traffic::operator+=(const Traffic& other) {
  gather_bytes += other.gather_bytes;
  exchange_bytes += other.exchange_bytes;
  operations += other.operations;
  return *this;
}

Traffic step_traffic(const worker::ModelOutline& model, const worker::RenderTask& task, int stage,
                     int strip, partition::Extent dilation, int value_bytes) {
  const StagePlan& plan = task.stages.at(static_cast<std::size_t>(stage));
  const bool split = task.grid.halves == 2;
  const int batch = (task.sampling.guided() && !split ? 2 : 1) * task.frames();
  StripTraffic traffic(plan, strip, model.norm_groups, batch, value_bytes);
  const UnetLayers network = unet_layers(model);
  for (const UnetLayer& layer : network.layers) {
    if (layer.kind == UnetLayer::Kind::Conv3x3) add_conv(traffic, layer, dilation.rows);
    if (layer.kind == UnetLayer::Kind::Transformer) add_transformer(traffic, layer, plan);
  }
  if (task.free_u) {
    for (const FilteredSkip& skip : network.filtered_skips) {
      traffic.statistics(skip.channels, kSumsPerChannel);
    }
  }
  Traffic total = traffic.total();
  if (split) {
    const RowRange own = partition::make_strips(plan.blocks, plan.strip_count).rows(strip);
    const std::int64_t values =
        static_cast<std::int64_t>(own.rows()) * plan.latent.cols * kLatentChannels;
    total += {0, task.frames() * values * kStatisticBytes, 1};
  }
  return total;
}

}  // namespace tessera::coordinator
