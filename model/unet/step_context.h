#pragma once

#include <ATen/core/Tensor.h>

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "partition/extent.h"
#include "partition/frame_windows.h"

namespace tessera::model {

/// How an intermediate tensor lies on the canvas.
enum class TapLayout {
  Map,     ///< [B, C, strip rows, W]
  Tokens,  ///< [B, strip tokens, C], or [B, strip tokens, T, C]
  Grid,    ///< [B, strip rows, W, C]
  Whole,   ///< the same on every rank
  Clip,    ///< [T, C, strip rows, W], all frames of a clip: recorded as [1, C, T, rows, W]
  Pixels,  ///< [strip tokens, ...]
};

/// Sees intermediate tensors of one step, for `--trace-layers`. Called on every rank with its
/// strip.
using TensorTap =
    std::function<void(const std::string& name, const at::Tensor& value, TapLayout layout)>;

/// Which layers a tap sees, and how their tensors are named.
enum class TapDetail {
  SelfAttention,  ///< "attn1.<path>.in" and ".out" of transformers (pictures)
  EveryLayer,     ///< "<path>.attn1.in", ... of every layer (clips)
};

/// FreeU factors: backbone gains b1, b2 and skip gains s1, s2 for the widest and the next width.
struct FreeU {
  double b1 = 1.1;
  double b2 = 1.2;
  double s1 = 0.6;
  double s2 = 0.4;
};

/// Cached keys and values of one cross-attention, [B, K, 77, D].
struct KeyValue {
  at::Tensor k_BKND;
  at::Tensor v_BKND;
};

/// What a U-Net call depends on besides the latent. Networks are immutable: all that varies per
/// step is here. Not owned; the referenced values outlive the call.
struct StepContext {
  int step = 0;                      ///< schedule index
  partition::Extent dilation{1, 1};  ///< of the restrained-dilation layers
  std::optional<FreeU> free_u;
  const std::vector<KeyValue>* cross = nullptr;          ///< per transformer block, execution order
  const std::vector<at::Tensor>* time_shifts = nullptr;  ///< per resnet, [B, C_out]
  /// Of temporal attention; nullptr: every frame attends to all frames.
  const std::vector<partition::FrameWindow>* windows = nullptr;
  const TensorTap* tap = nullptr;  ///< nullptr: nothing is captured
  TapDetail tap_detail = TapDetail::SelfAttention;

  bool shows_every_layer() const { return tap != nullptr && tap_detail == TapDetail::EveryLayer; }

  void show(const std::string& name, const at::Tensor& value,
            TapLayout layout = TapLayout::Map) const {
    if (tap != nullptr) (*tap)(name, value, layout);
  }
};

}  // namespace tessera::model
