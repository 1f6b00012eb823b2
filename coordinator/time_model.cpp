#include "coordinator/time_model.h"

#include <algorithm>
#include <cmath>

#include "coordinator/cost_model.h"
#include "coordinator/layer_flop.h"
#include "coordinator/traffic_model.h"
#include "coordinator/unet_layers.h"
#include "coordinator/vae_flop.h"
#include "partition/strip_layout.h"

namespace tessera::coordinator {
namespace {

using configs::LinkRate;
using configs::MachineConfig;
using partition::Extent;
using partition::RowRange;
using worker::StagePlan;

constexpr int kVaeNorms = 30;
constexpr int kVaeConvs = 36;  // that exchange halos
constexpr int kVaeValueBytes = 4;

/// Values read and written per token and channel besides those of convolutions, linear layers and
/// attention. Convolution: norm statistics, normalised map (2), sum (2). Transformer block: three
/// layer norms (6), three residuals (9), gated feed-forward (20), gathered keys and values (4).
constexpr double kConvPasses = 5;
constexpr double kBlockPasses = 39;

/// One rank's device as the rates see it.
class Device {
 public:
  Device(const MachineConfig& machine, Placement placement) : machine_(machine) {
    if (machine.device == MachineConfig::Device::Cpu) {
      share_ = static_cast<double>(machine.devices_per_host) / placement.ranks_per_host;
    }
  }

  /// \param flop  of all batch elements.
  double seconds(const UnetLayer& layer, const UnetFlop& flop, const StagePlan& stage,
                 Extent dilation) const {
    const double width = std::min(layer.in_channels, layer.out_channels);
    const double time = layer.kind == UnetLayer::Kind::Transformer
                            ? transformer_seconds(layer, flop, stage)
                            : speed_of(layer, dilation).seconds(flop.conv, 1, width);
    return time / share_;
  }

  double element_seconds(double values) const {
    if (machine_.memory_bytes_per_second == 0) return 0;
    return values * machine_.value_bytes / machine_.memory_bytes_per_second / share_;
  }

  /// \param part  that the rank does of every call.
  double vae_seconds(const VaeFlop& flop, double part) const {
    double time = machine_.attention.seconds(flop.attention * part, flop.attention_calls,
                                             flop.convs.rbegin()->first);
    for (const auto& [channels, conv] : flop.convs) {
      time += machine_.vae_conv.seconds(conv.flop * part, conv.calls, channels);
    }
    return time / share_;
  }

 private:
  const configs::KernelSpeed& speed_of(const UnetLayer& layer, Extent dilation) const {
    if (layer.kind == UnetLayer::Kind::Conv1x1) return machine_.linear;
    const bool direct =
        layer.input == UnetLayer::Input::Strided || (layer.dilated && dilation != Extent{1, 1});
    return direct ? machine_.dilated_conv : machine_.conv;
  }

  double transformer_seconds(const UnetLayer& layer, const UnetFlop& flop,
                             const StagePlan& stage) const {
    const double width = layer.out_channels;
    const double blocks = layer.depth;
    const bool fused = stage.self_attention == worker::SelfAttention::ScaleFused;
    const double phases = fused ? static_cast<double>(stage.phases.area()) : 1;
    const MachineConfig& m = machine_;
    return m.linear.seconds(flop.linear + flop.channel_blur, blocks, width) +
           m.attention.seconds(flop.global_attention, blocks * phases, width) +
           m.local_attention.seconds(flop.cross_scores, blocks, width) +
           (fused ? m.local_attention.seconds(flop.local_attention, blocks, width) +
                        m.fusion.seconds(flop.blur, blocks, width)
                  : 0);
  }

  const MachineConfig& machine_;
  double share_ = 1;  ///< devices, or cores, that the rank has for itself
};

double element_values(const UnetLayer& layer, const StagePlan& stage, RowRange own) {
  const double tokens =
      static_cast<double>(own.rows() >> layer.level) * (stage.latent.cols >> layer.level);
  const double passes =
      layer.kind == UnetLayer::Kind::Transformer ? kBlockPasses * layer.depth : kConvPasses;
  return passes * tokens * layer.out_channels;
}

/// The links that a group of ranks uses. A gather between hosts runs over all their adapters at
/// once, as rings do; an exchange has its share of one.
class Links {
 public:
  Links(const MachineConfig& machine, Placement placement, int group) {
    gather_ = exchange_ = machine.host_link;
    // Ranks of a half lie side by side, so a group within the size of a host stays inside one.
    if (group <= placement.ranks_per_host) return;
    const LinkRate& network = machine.network_link;
    const double adapters = machine.adapters_per_host;
    gather_.bytes_per_second = adapters * network.bytes_per_second;
    if (placement.ranks_per_host > 1) {
      gather_.bytes_per_second =
          std::min(gather_.bytes_per_second, machine.host_link.bytes_per_second);
    }
    exchange_.bytes_per_second =
        std::min(1.0, adapters / placement.ranks_per_host) * network.bytes_per_second;
    gather_.latency_seconds = exchange_.latency_seconds = network.latency_seconds;
  }

  double seconds(const Traffic& traffic) const {
    return static_cast<double>(traffic.gather_bytes) / gather_.bytes_per_second +
           static_cast<double>(traffic.exchange_bytes) / exchange_.bytes_per_second +
           traffic.operations * gather_.latency_seconds;
  }

 private:
  LinkRate gather_;
  LinkRate exchange_;
};

class StagePrediction {
 public:
  StagePrediction(const worker::ModelOutline& model, const worker::RenderTask& task, int stage,
                  const MachineConfig& machine, Placement placement)
      : model_(model),
        task_(task),
        stage_(stage),
        plan_(task.stages.at(static_cast<std::size_t>(stage))),
        machine_(machine),
        placement_(placement),
        network_(unet_layers(model)),
        strips_(partition::make_strips(plan_.blocks, plan_.strip_count)) {}

  StepTime step(Extent dilation) const {
    StepTime slowest;
    std::int64_t most_bytes = 0;
    for (int strip = 0; strip < strips_.strip_count(); ++strip) {
      const StepTime time = step_of(strip, dilation);
      if (time.seconds() > slowest.seconds()) slowest = time;
      most_bytes = std::max(most_bytes, time.bytes);
    }
    slowest.bytes = most_bytes;
    return slowest;
  }

  double vae(const VaeFlop& flop) const {
    const int members = strips_.strip_count() * task_.grid.halves;
    const double share =
        static_cast<double>(strips_.tallest_rows()) / plan_.latent.rows / task_.grid.halves;
    const Device device(machine_, placement_);
    const double compute = device.vae_seconds(flop, share);
    if (members == 1) return compute;
    Traffic traffic{0, 0, kVaeNorms + kVaeConvs};
    if (plan_.vae_mode == worker::VaeMode::Full) {
      const double keys = 2.0 * static_cast<double>(plan_.latent.area()) * model_.vae_widths.back();
      traffic.gather_bytes = std::llround(keys * (members - 1) / members * kVaeValueBytes);
    }
    return compute + Links(machine_, placement_, members).seconds(traffic);
  }

 private:
  StepTime step_of(int strip, Extent dilation) const {
    const Device device(machine_, placement_);
    const double batch =
        (task_.sampling.guided() && task_.grid.halves == 1 ? 2 : 1) * task_.frames();
    StepTime time;
    double values = 0;
    for (const UnetLayer& layer : network_.layers) {
      const UnetFlop flop = batch * layer_flop(layer, plan_, task_.base, strips_.rows(strip));
      time.compute += device.seconds(layer, flop, plan_, dilation);
      values += batch * element_values(layer, plan_, strips_.rows(strip));
    }
    time.compute += device.element_seconds(values) + machine_.call_seconds;
    const Traffic traffic =
        step_traffic(model_, task_, stage_, strip, dilation, machine_.value_bytes);
    time.bytes = traffic.bytes();
    time.communication = Links(machine_, placement_, strips_.strip_count()).seconds(traffic);
    return time;
  }

  const worker::ModelOutline& model_;
  const worker::RenderTask& task_;
  int stage_;
  const StagePlan& plan_;
  const MachineConfig& machine_;
  Placement placement_;
  UnetLayers network_;
  partition::StripLayout strips_;
};

/// Steps of the stage with dilated convolutions, and the others.
struct StepCounts {
  int dilated = 0;
  int plain = 0;
};

StepCounts count_steps(const StagePlan& plan) {
  const int until = plan.dilation == Extent{1, 1}
                        ? plan.first_step
                        : std::clamp(plan.dilated_until_step, plan.first_step, plan.steps);
  return {until - plan.first_step, plan.steps - until};
}

}  // namespace

StageTime predict_stage(const worker::ModelOutline& model, const worker::RenderTask& task,
                        int stage, const MachineConfig& machine, Placement placement) {
  const StagePrediction prediction(model, task, stage, machine, placement);
  const StagePlan& plan = task.stages.at(static_cast<std::size_t>(stage));
  const StepCounts count = count_steps(plan);
  StageTime time;
  time.step = prediction.step({1, 1});
  time.dilated_step = count.dilated > 0 ? prediction.step(plan.dilation) : time.step;
  time.steps = count.dilated * time.dilated_step.seconds() + count.plain * time.step.seconds();
  if (encodes_image(task, stage)) time.transition = prediction.vae(vae_encode_flop(model, plan));
  time.decode = task.frames() * prediction.vae(vae_decode_flop(model, plan));
  return time;
}

}  // namespace tessera::coordinator
