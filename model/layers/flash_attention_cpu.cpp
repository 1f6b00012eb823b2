#include "model/layers/flash_attention_cpu.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <vector>

#include "model/layers/flash_tile.h"
#include "model/layers/row_chunks.h"

namespace tessera::model {
namespace {

/// One head of a tensor [B, K, N, D].
struct HeadView {
  const float* first = nullptr;
  std::int64_t row_stride = 0;
  const float* row(std::int64_t index) const { return first + index * row_stride; }
};

HeadView head_of(const at::Tensor& x_BKND, std::int64_t index) {
  const std::int64_t heads = x_BKND.size(1);
  const float* const data = x_BKND.const_data_ptr<float>();
  return {data + index / heads * x_BKND.stride(0) + index % heads * x_BKND.stride(1),
          x_BKND.stride(2)};
}

/// Tiles whose scratch is allocated once.
constexpr std::int64_t kTilesPerTask = 8;

/// Keys transposed per panel of keys, values in panels of columns.
void pack_head(HeadView k, HeadView v, std::int64_t keys, std::int64_t width, float* packed_keys,
               float* packed_values) {
  const std::int64_t padded = padded_keys(keys);
  for (std::int64_t begin = 0; begin < padded; begin += kKeyLanes) {
    float* const panel = packed_keys + begin * width;
    for (std::int64_t lane = 0; lane < kKeyLanes; ++lane) {
      const float* const row = begin + lane < keys ? k.row(begin + lane) : nullptr;
      for (std::int64_t d = 0; d < width; ++d) {
        panel[d * kKeyLanes + lane] = row != nullptr ? row[d] : 0.0f;
      }
    }
  }
  for (std::int64_t d = 0; d < width; d += value_panel(d, width)) {
    const std::int64_t columns = value_panel(d, width);
    for (std::int64_t key = 0; key < keys; ++key) {
      std::copy_n(v.row(key) + d, columns, packed_values + d * padded + key * columns);
    }
  }
}

/// The buffers of one thread.
class Scratch {
 public:
  explicit Scratch(std::int64_t width)
      : memory_(static_cast<std::size_t>(kTileQueries * (2 * width + kBlockKeys + 1))) {
    view_.queries = memory_.data();
    view_.output = view_.queries + kTileQueries * width;
    view_.scores = view_.output + kTileQueries * width;
    view_.lse = view_.scores + kTileQueries * kBlockKeys;
  }
  const TileScratch& view() const { return view_; }

 private:
  std::vector<float> memory_;
  TileScratch view_;
};

struct Problem {
  const at::Tensor& q;
  std::int64_t queries;
  std::int64_t keys;
  std::int64_t width;
  std::int64_t packed_keys;  ///< floats of a packed head / width
  std::int64_t tiles;        ///< per head
};

void run_tile(const Problem& problem, std::int64_t head, std::int64_t tile, const float* keys,
              const Scratch& scratch, at::Tensor& out_BNKD, at::Tensor& lse_BKN) {
  const std::int64_t width = problem.width;
  const std::int64_t begin = tile * kTileQueries;
  const std::int64_t count = std::min(kTileQueries, problem.queries - begin);
  const HeadView q = head_of(problem.q, head);
  const float scale = std::numbers::log2e_v<float> / std::sqrt(static_cast<float>(width));
  float* const queries = scratch.view().queries;
  for (std::int64_t row = 0; row < count; ++row) {
    for (std::int64_t d = 0; d < width; ++d)
      queries[row * width + d] = q.row(begin + row)[d] * scale;
  }
  std::fill(queries + count * width, queries + kTileQueries * width, 0.0f);
  flash_tile({keys, keys + problem.packed_keys * width, problem.keys, width}, scratch.view());
  const std::int64_t heads = problem.q.size(1);
  float* const out = out_BNKD.mutable_data_ptr<float>() +
                     ((head / heads * problem.queries + begin) * heads + head % heads) * width;
  for (std::int64_t row = 0; row < count; ++row) {
    std::copy_n(scratch.view().output + row * width, width, out + row * heads * width);
  }
  std::copy_n(scratch.view().lse, count,
              lse_BKN.mutable_data_ptr<float>() + head * problem.queries + begin);
}

}  // namespace

FlashAttention flash_attention_cpu(const at::Tensor& q_BKND, const at::Tensor& k_BKMD,
                                   const at::Tensor& v_BKMD) {
  const std::int64_t batch = q_BKND.size(0);
  const std::int64_t heads = q_BKND.size(1);
  const Problem problem{q_BKND,
                        q_BKND.size(2),
                        k_BKMD.size(2),
                        q_BKND.size(3),
                        padded_keys(k_BKMD.size(2)),
                        (q_BKND.size(2) + kTileQueries - 1) / kTileQueries};
  const at::Tensor packed =
      at::empty({batch * heads, 2 * problem.packed_keys * problem.width}, q_BKND.options());
  for_row_chunks(batch * heads, 1, [&](std::int64_t head, std::int64_t) {
    float* const keys = packed[head].mutable_data_ptr<float>();
    pack_head(head_of(k_BKMD, head), head_of(v_BKMD, head), problem.keys, problem.width, keys,
              keys + problem.packed_keys * problem.width);
  });
  at::Tensor out_BNKD = at::empty({batch, problem.queries, heads, problem.width}, q_BKND.options());
  at::Tensor lse_BKN = at::empty({batch, heads, problem.queries}, q_BKND.options());
  const auto run_tiles = [&](std::int64_t first, std::int64_t last) {
    const Scratch scratch(problem.width);
    for (std::int64_t index = first; index < last; ++index) {
      const std::int64_t head = index / problem.tiles;
      run_tile(problem, head, index % problem.tiles, packed[head].const_data_ptr<float>(), scratch,
               out_BNKD, lse_BKN);
    }
  };
  for_row_chunks(batch * heads * problem.tiles, kTilesPerTask, run_tiles);
  return {out_BNKD.transpose(1, 2), lse_BKN};
}

}  // namespace tessera::model
