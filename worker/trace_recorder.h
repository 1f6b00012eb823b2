#pragma once

#include <ATen/core/Tensor.h>

#include <map>
#include <string>
#include <vector>

#include "model/unet/step_context.h"
#include "partition/crop_jitter.h"
#include "worker/stage_groups.h"

namespace tessera::worker {

/// Which layout a traced tensor's rows follow.
enum class TraceRows { Strips, Vae };

/// What precedes an item's tensor names in replay and trace files: nothing in a job of one item,
/// else "item<k>/" with k its index.
std::string tensor_prefix(const RenderTask& task, const ItemTask& item);

/// Collects the tensors of `--trace` on rank 0, whole canvas each. All ranks own one and make the
/// same calls; without a trace file every call does nothing.
class TraceRecorder {
 public:
  /// \param file  the trace file or ""; the referenced objects outlive this one.
  TraceRecorder(std::string file, const RenderTask& task, const StageGroups& groups);

  bool active() const { return !file_.empty(); }
  bool on_root() const { return groups_->rows().rank() == 0; }

  /// Names from here on belong to `item`.
  void begin_item(const ItemTask& item);
  /// A tensor that every rank holds whole.
  void whole(const std::string& name, const at::Tensor& value);
  /// A map of which every rank holds rows, [1, C, rows, W]. Ranks without rows pass an undefined
  /// one.
  void rows(const std::string& name, const at::Tensor& value, int stage, TraceRows layout);
  /// The same map, whole on rank 0, to be recorded in another form; undefined elsewhere.
  at::Tensor gathered(const at::Tensor& value, int stage, TraceRows layout);
  /// A row of a table with one row per call, e.g. crop shifts per step.
  void table_row(const std::string& name, const at::Tensor& row);

  /// The crops of one self-attention at one step: "stage<k>.views.<h>x<w>", [crops, 4] (row begin,
  /// row end, column begin, column end, without shift), and the next row of
  /// "stage<k>.jitter.<path>", [steps, crops, 2] (row, column); int32.
  void crops(int stage, const std::string& path, const partition::CropGrid& grid,
             const std::vector<partition::CropShift>& shifts);

  /// Starts capturing layers; the tap stays valid until end_layers.
  /// \param detail  of the steps that the tap sees. SelfAttention: the positive half is kept, the
  /// last batch element. EveryLayer: the tap sees one prediction, whose frames are all kept; ranks
  /// of both halves capture the same names, the last half's tensors are taken.
  const model::TensorTap* begin_layers(model::TapDetail detail = model::TapDetail::SelfAttention);
  /// Gathers what the tap saw, under "stage<k>/" or behind another prefix.
  void end_layers(int stage);
  void end_layers(int stage, const std::string& prefix);

  /// Writes the file (rank 0). \throws storage::CannotCreateError, storage::IoError.
  void write() const;

 private:
  struct Capture {
    std::string name;
    at::Tensor value;
    model::TapLayout layout;
  };
  static at::Tensor as_map(const Capture& capture, const StripGroup& strips);
  static at::Tensor as_captured(const at::Tensor& canvas, const Capture& capture);
  at::Tensor gather(const at::Tensor& value, const std::vector<partition::RowRange>& latent_rows,
                    int stage);
  at::Tensor gather_capture(const Capture& capture, int stage, int half);
  at::Tensor whole_of_last_half(const at::Tensor& value) const;
  at::Tensor gather_prediction(const Capture& capture, int stage);

  std::string file_;
  const RenderTask* task_;
  const StageGroups* groups_;
  std::string prefix_;
  std::map<std::string, at::Tensor> tensors_;
  std::vector<Capture> captures_;
  model::TapDetail detail_ = model::TapDetail::SelfAttention;
  model::TensorTap tap_;
};

}  // namespace tessera::worker
