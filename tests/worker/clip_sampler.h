#pragma once

#include <ATen/core/Tensor.h>

#include <array>
#include <functional>
#include <map>
#include <ostream>
#include <string>
#include <vector>

#include "model/sampling/scaled_schedule.h"
#include "model/video/video_model.h"
#include "partition/frame_windows.h"
#include "partition/row_range.h"

namespace tessera::testing {

/// A recorded run of VideoCrafter or FreeNoise on a tiny model.
struct VideoCase {
  std::string name;
  partition::Extent image;
  int frames = 16;
  int steps = 5;
  double guidance = 12;
  double fps = 28;
  std::string prompt;
  int captured_step = 2;
};

inline void PrintTo(const VideoCase& video, std::ostream* out) { *out << video.name; }

/// Tensors under the names of the fixtures, whole canvas each.
using NamedTensors = std::map<std::string, at::Tensor>;

/// A tensor of one rank's rows and how they lie in it.
struct Capture {
  at::Tensor value;
  model::TapLayout layout;
};
using Captures = std::map<std::string, Capture>;

/// The strips of one tensor, top to bottom, joined as the fixtures lay it out.
at::Tensor join_strips(const std::vector<Capture>& strips);

/// One rank's part of a clip: its rows, of one prediction or both.
class ClipSampler {
 public:
  /// Conditional, unconditional: [T, 4, rows, W].
  using Pair = std::array<at::Tensor, 2>;
  /// Brings the rows of every rank together; undefined where another rank computes them.
  using Share = std::function<Pair(const Pair& own)>;
  struct Place {
    model::SpatialOps* spatial = nullptr;  ///< nullptr: this rank computes nothing
    partition::RowRange rows;
    std::array<bool, 2> predicts{};  ///< conditional, unconditional
  };

  /// The referenced objects outlive this one.
  ClipSampler(const model::VideoModel& model, const VideoCase& video, const NamedTensors& injected);

  partition::Extent latent() const { return latent_; }

  Captures run(const Place& place, const Share& share);

 private:
  void start();
  void add_schedule();
  void add_text(const std::string& name, const std::string& prompt);
  void step(int index, const Share& share);
  at::Tensor predict(int index, std::size_t half, const std::vector<at::Tensor>& shifts);
  void decode(int frame);
  void encode_again(const at::Tensor& rgb);
  at::Tensor own_rows(const at::Tensor& map) const;
  void whole(const std::string& name, const at::Tensor& value);

  const model::VideoModel& model_;
  const VideoCase& video_;
  const NamedTensors& injected_;
  partition::Extent latent_;
  model::ScaledSchedule schedule_;
  std::vector<partition::FrameWindow> windows_;
  std::vector<std::vector<model::KeyValue>> cross_;  ///< conditional, unconditional
  at::Tensor x_TCHW_;                                ///< whole on every rank
  Place place_;
  Captures captures_;
};

}  // namespace tessera::testing
