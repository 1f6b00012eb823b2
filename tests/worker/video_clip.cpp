#include "tests/worker/video_clip.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <c10/core/InferenceMode.h>

#include <algorithm>
#include <memory>
#include <vector>

#include "model/whole_image_ops.h"
#include "partition/canonical_blocks.h"
#include "partition/rank_grid.h"
#include "partition/strip_layout.h"
#include "storage/safetensors_file.h"
#include "tests/support/run_ranks.h"
#include "tests/worker/spatial/strip_scene.h"
#include "worker/spatial/tensor_bytes.h"

namespace tessera::testing {
namespace {

using partition::RowRange;

constexpr int kGrainRows = 8;

/// All rows of both predictions on every rank.
class PredictionExchange {
 public:
  PredictionExchange(comm::Communicator& world, const std::vector<RowRange>& strips,
                     const partition::RankGrid& grid)
      : world_(world), strips_(strips), grid_(grid) {}

  ClipSampler::Pair operator()(const ClipSampler::Pair& own, at::IntArrayRef shape) {
    at::Tensor mine = at::zeros(shape, at::kFloat).unsqueeze(0).repeat({2, 1, 1, 1, 1});
    for (const int half : {0, 1}) {
      const at::Tensor& rows = own[static_cast<std::size_t>(half)];
      if (rows.defined()) mine[half].narrow(2, 0, rows.size(2)).copy_(rows);
    }
    std::vector<std::int64_t> all_shape = mine.sizes().vec();
    all_shape.insert(all_shape.begin(), world_.size());
    at::Tensor all = at::empty(all_shape, at::kFloat);
    world_.all_gather(worker::bytes_of(mine), worker::mutable_bytes_of(all));
    ClipSampler::Pair whole;
    for (const int half : {0, 1}) {
      std::vector<at::Tensor> parts;
      for (std::size_t strip = 0; strip < strips_.size(); ++strip) {
        const int holder = grid_.rank_of({grid_.halves == 1 ? 0 : half, static_cast<int>(strip)});
        parts.push_back(all[holder][half].narrow(2, 0, strips_[strip].rows()));
      }
      whole[static_cast<std::size_t>(half)] =
          at::cat(parts, 2).contiguous(at::MemoryFormat::ChannelsLast);
    }
    return whole;
  }

 private:
  comm::Communicator& world_;
  std::vector<RowRange> strips_;
  partition::RankGrid grid_;
};

Captures sample_rank(const model::VideoModel& model, const VideoCase& video,
                     const NamedTensors& injected, comm::Communicator& world) {
  ClipSampler sampler(model, video, injected);
  const partition::RankGrid grid = partition::make_rank_grid(world.size(), partition::Guidance::On,
                                                             partition::GuidanceSplit::Auto);
  const int blocks = sampler.latent().rows / kGrainRows;
  const int strips = std::min(grid.ranks_per_half, blocks);
  const partition::RankPlace place = grid.place(world.rank());
  const bool working = grid.has_place(world.rank()) && place.strip < strips;
  const int idle_colour = grid.halves;
  const auto group = world.split(working ? place.half : idle_colour, world.rank());
  std::unique_ptr<StripScene> scene;
  std::unique_ptr<worker::StripSpatialOps> ops;
  if (working) {
    scene = std::make_unique<StripScene>(*group, sampler.latent(), kGrainRows);
    ops = std::make_unique<worker::StripSpatialOps>(strip_ops(scene->strips()));
  }
  const auto layout = partition::make_strips(
      partition::canonical_blocks(sampler.latent().rows, kGrainRows), strips);
  PredictionExchange exchange(world, {layout.all().begin(), layout.all().end()}, grid);
  const std::vector<std::int64_t> shape{video.frames, model.config.unet.out_channels,
                                        sampler.latent().rows, sampler.latent().cols};
  const bool both = grid.halves == 1;
  const ClipSampler::Place mine{ops.get(),
                                working ? scene->strips().own() : RowRange{},
                                {both || place.half == 0, both || place.half == 1}};
  return sampler.run(mine, [&](const ClipSampler::Pair& own) { return exchange(own, shape); });
}

}  // namespace

VideoCase case_t2v() {
  return {"case_t2v", {128, 192}, 16, 5, 12, 28, "a red kite above the dunes, film grain"};
}

VideoCase case_freenoise() {
  return {"case_freenoise", {128, 128}, 24, 5, 12, 16, "a paper boat on a slow river, watercolor"};
}

NamedTensors read_tensors(const std::filesystem::path& file) {
  const auto opened = storage::SafetensorsFile::open(file);
  NamedTensors tensors;
  for (const auto& [name, view] : opened.tensors()) {
    const auto dtype = view.dtype == storage::Dtype::F64   ? at::kDouble
                       : view.dtype == storage::Dtype::F16 ? at::kHalf
                       : view.dtype == storage::Dtype::I32 ? at::kInt
                                                           : at::kFloat;
    auto* const bytes = const_cast<std::byte*>(view.bytes.data());
    tensors[name] = at::from_blob(bytes, view.shape, at::TensorOptions(dtype)).clone();
  }
  return tensors;
}

NamedTensors sample_whole(const model::VideoModel& model, const VideoCase& video,
                          const NamedTensors& injected) {
  const c10::InferenceMode inference;
  model::WholeImageOps ops;
  ClipSampler sampler(model, video, injected);
  const Captures captures = sampler.run({&ops, {0, sampler.latent().rows}, {true, true}},
                                        [](const ClipSampler::Pair& own) { return own; });
  NamedTensors tensors;
  for (const auto& [name, capture] : captures) tensors[name] = join_strips({capture});
  return tensors;
}

NamedTensors sample_on_ranks(const model::VideoModel& model, const VideoCase& video,
                             const NamedTensors& injected, int ranks) {
  std::vector<Captures> of_rank(static_cast<std::size_t>(ranks));
  run_ranks(ranks, [&](comm::Communicator& world) {
    const c10::InferenceMode inference;
    at::set_num_threads(1);
    of_rank[static_cast<std::size_t>(world.rank())] = sample_rank(model, video, injected, world);
  });
  std::map<std::string, std::vector<Capture>> strips;
  for (const Captures& captures : of_rank) {
    for (const auto& [name, capture] : captures) strips[name].push_back(capture);
  }
  NamedTensors tensors;
  for (const auto& [name, parts] : strips) tensors[name] = join_strips(parts);
  return tensors;
}

}  // namespace tessera::testing
