#include "worker/trace_recorder.h"

#include <ATen/ATen.h>

#include <cmath>

#include "storage/safetensors_writer.h"
#include "worker/spatial/row_exchange.h"
#include "worker/spatial/tensor_bytes.h"

namespace tessera::worker {

using partition::RowRange;

std::string tensor_prefix(const RenderTask& task, const ItemTask& item) {
  return task.items.size() > 1 ? "item" + std::to_string(item.index) + "/" : "";
}

TraceRecorder::TraceRecorder(std::string file, const RenderTask& task, const StageGroups& groups)
    : file_(std::move(file)), task_(&task), groups_(&groups) {}

void TraceRecorder::begin_item(const ItemTask& item) { prefix_ = tensor_prefix(*task_, item); }

void TraceRecorder::whole(const std::string& name, const at::Tensor& value) {
  if (active() && on_root()) tensors_[prefix_ + name] = value.detach().cpu().contiguous().clone();
}

void TraceRecorder::table_row(const std::string& name, const at::Tensor& row) {
  if (!active() || !on_root()) return;
  const at::Tensor added = row.unsqueeze(0);
  at::Tensor& table = tensors_[prefix_ + name];
  table = table.defined() ? at::cat({table, added}, 0) : added.clone();
}

void TraceRecorder::crops(int stage, const std::string& path, const partition::CropGrid& grid,
                          const std::vector<partition::CropShift>& shifts) {
  if (!active() || !on_root()) return;
  const std::string name = "stage" + std::to_string(stage);
  const std::int64_t count = grid.count();
  at::Tensor views = at::empty({count, 4}, at::kInt);
  at::Tensor jitter = at::empty({count, 2}, at::kInt);
  int* view = views.mutable_data_ptr<int>();
  int* shift = jitter.mutable_data_ptr<int>();
  for (int crop = 0; crop < grid.count(); ++crop) {
    const partition::Rect window = grid.window(crop);
    for (const int edge : {window.row_begin, window.row_end, window.col_begin, window.col_end}) {
      *view++ = edge;
    }
    *shift++ = shifts[static_cast<std::size_t>(crop)].row;
    *shift++ = shifts[static_cast<std::size_t>(crop)].col;
  }
  const std::string map = std::to_string(grid.rows.length) + "x" + std::to_string(grid.cols.length);
  whole(name + ".views." + map, views);
  table_row(name + ".jitter." + path, jitter);
}

/// Rank 0 gets the whole map, the others an empty one.
at::Tensor TraceRecorder::gather(const at::Tensor& value, const std::vector<RowRange>& latent_rows,
                                 int stage) {
  if (!value.defined()) return {};  // this rank holds no rows, and sends none
  const partition::Extent latent = task_->stages[static_cast<std::size_t>(stage)].latent;
  const auto cols = static_cast<int>(value.size(3));
  std::vector<RowRange> wanted(latent_rows.size());
  wanted[0] = rows_on_map({0, latent.rows}, cols, latent);
  return redistribute_rows(groups_->rows(), value.cpu(), rows_on_map(latent_rows, cols, latent),
                           wanted);
}

void TraceRecorder::rows(const std::string& name, const at::Tensor& value, int stage,
                         TraceRows layout) {
  if (active()) whole(name, gathered(value, stage, layout));
}

at::Tensor TraceRecorder::gathered(const at::Tensor& value, int stage, TraceRows layout) {
  if (!active()) return {};
  const auto owned =
      layout == TraceRows::Vae ? groups_->vae_rows(stage) : groups_->strip_rows_of_half(stage, 0);
  const at::Tensor canvas = gather(value, owned, stage);
  return on_root() ? canvas : at::Tensor();
}

const model::TensorTap* TraceRecorder::begin_layers(model::TapDetail detail) {
  captures_.clear();
  detail_ = detail;
  tap_ = [this](const std::string& name, const at::Tensor& value, model::TapLayout layout) {
    captures_.push_back({name, value.clone(), layout});
  };
  return &tap_;
}

/// [B, C, rows, W], with everything besides rows and columns as channels.
at::Tensor TraceRecorder::as_map(const Capture& capture, const StripGroup& strips) {
  const at::Tensor& value = capture.value;
  if (capture.layout == model::TapLayout::Grid) return value.permute({0, 3, 1, 2});
  const bool pixels = capture.layout == model::TapLayout::Pixels;
  if (!pixels && capture.layout != model::TapLayout::Tokens) return value;
  const at::Tensor tokens = pixels ? value.flatten(1).unsqueeze(0) : value.flatten(2);
  // rows x W tokens with rows = own latent rows x W / latent columns.
  const auto cols = static_cast<std::int64_t>(std::lround(
      std::sqrt(static_cast<double>(tokens.size(1)) * strips.latent.cols / strips.own().rows())));
  return tokens.view({tokens.size(0), -1, cols, tokens.size(2)}).permute({0, 3, 1, 2});
}

/// The layout of the capture again.
at::Tensor TraceRecorder::as_captured(const at::Tensor& canvas, const Capture& capture) {
  std::vector<std::int64_t> shape = capture.value.sizes().vec();
  switch (capture.layout) {
    case model::TapLayout::Grid:
      return canvas.permute({0, 2, 3, 1});
    case model::TapLayout::Tokens:
      shape[1] = canvas.size(2) * canvas.size(3);
      return canvas.permute({0, 2, 3, 1}).reshape(shape);
    case model::TapLayout::Pixels:
      shape[0] = canvas.size(2) * canvas.size(3);
      return canvas.permute({0, 2, 3, 1}).reshape(shape);
    case model::TapLayout::Clip:
      return canvas.transpose(0, 1).unsqueeze(0);
    case model::TapLayout::Map:
    case model::TapLayout::Whole:
      break;
  }
  return canvas;
}

at::Tensor TraceRecorder::gather_capture(const Capture& capture, int stage, int half) {
  const at::Tensor canvas = gather(as_map(capture, groups_->strips(stage)),
                                   groups_->strip_rows_of_half(stage, half), stage);
  return on_root() ? as_captured(canvas, capture) : canvas;
}

/// Both guidance halves, [negative, positive].
at::Tensor TraceRecorder::gather_prediction(const Capture& capture, int stage) {
  const at::Tensor first = gather_capture(capture, stage, 0);
  if (task_->grid.halves == 1) return first;
  return at::cat({first, gather_capture(capture, stage, 1)}, 0);
}

/// What the conditional half holds; rank 0 is in the other one when there are two.
at::Tensor TraceRecorder::whole_of_last_half(const at::Tensor& value) const {
  if (task_->grid.halves == 1) return value;
  comm::Communicator& ranks = groups_->rows();
  const int holder = task_->grid.rank_of({1, 0});
  at::Tensor moved = value.contiguous().clone();
  const comm::Send send{0, bytes_of(moved)};
  if (ranks.rank() == holder) ranks.exchange({&send, 1}, {});
  const comm::Receive receive{holder, mutable_bytes_of(moved)};
  if (ranks.rank() == 0) ranks.exchange({}, {&receive, 1});
  return moved;
}

void TraceRecorder::end_layers(int stage) {
  end_layers(stage, "stage" + std::to_string(stage) + "/");
}

void TraceRecorder::end_layers(int stage, const std::string& prefix) {
  for (const Capture& capture : captures_) {
    const bool both =
        detail_ == model::TapDetail::SelfAttention && capture.name.starts_with("unet.");
    at::Tensor value;
    if (capture.layout == model::TapLayout::Whole) {
      value = whole_of_last_half(capture.value);
    } else if (both) {
      value = gather_prediction(capture, stage);
    } else {
      value = gather_capture(capture, stage, task_->grid.halves - 1);
    }
    // Captures of pictures hold the positive half only, which is the last batch element.
    const bool halves = detail_ == model::TapDetail::SelfAttention && !both;
    if (halves && value.dim() > 1 && value.size(0) > 1) {
      value = value.narrow(0, value.size(0) - 1, 1);
    }
    whole(prefix + capture.name, value);
  }
  captures_.clear();
}

void TraceRecorder::write() const {
  if (!active() || !on_root()) return;
  std::vector<storage::TensorView> views;
  for (const auto& [name, tensor] : tensors_) {
    const auto* const bytes = static_cast<const std::byte*>(tensor.const_data_ptr());
    const storage::Dtype dtype = tensor.scalar_type() == at::kInt      ? storage::Dtype::I32
                                 : tensor.scalar_type() == at::kDouble ? storage::Dtype::F64
                                                                       : storage::Dtype::F32;
    views.push_back({name, dtype, tensor.sizes().vec(), {bytes, tensor.nbytes()}});
  }
  storage::write_safetensors(file_, views, {{"format", "tessera-trace"}});
}

}  // namespace tessera::worker
