#include "worker/spatial/crop_attention.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>

#include "fusion/overlap_average.h"
#include "model/layers/attention_kernel.h"
#include "model/unet/transformer_block.h"

namespace tessera::worker {
namespace {

using partition::CropShare;

/// Crops may share a kernel call when query and key windows have these sides.
using CropShape = std::array<int, 4>;

CropShape shape_of(const CropShare& crop) {
  return {crop.query_rows.rows(), crop.window.rows(), crop.window.cols(), 0};
}

at::Tensor cut(const at::Tensor& map_BHWC, partition::RowRange rows, const CropShare& crop) {
  return map_BHWC.narrow(1, rows.begin, rows.rows())
      .narrow(2, crop.window.col_begin, crop.window.cols());
}

/// sigmoid(lse - ln p) = 1 / (1 + p exp(-lse)) per query, 1 where no token lies outside. Scalar in
/// double: the vector form rounds the last few values of a call otherwise than the rest.
at::Tensor null_key_share(const at::Tensor& lse_BKN, const std::vector<const CropShare*>& crops,
                          std::int64_t batch) {
  const at::Tensor lse = lse_BKN.cpu().contiguous();
  at::Tensor share = at::empty_like(lse);
  const std::int64_t per_element = lse.size(1) * lse.size(2);
  const float* const in = lse.const_data_ptr<float>();
  float* const out = share.mutable_data_ptr<float>();
  for (std::int64_t index = 0; index < lse.numel(); ++index) {
    const auto crop = static_cast<std::size_t>(index / per_element / batch);
    const double outside = crops[crop]->outside_tokens;
    out[index] =
        static_cast<float>(1.0 / (1.0 + outside * std::exp(-static_cast<double>(in[index]))));
  }
  return share.to(lse_BKN.device());
}

/// Attention inside crops of one shape, [n, B, query rows, cols, C].
at::Tensor attend_equal_crops(const AttentionMaps& maps, const std::vector<const CropShare*>& crops,
                              BorderTokens border_tokens) {
  const std::int64_t channels = maps.q_BHWC.size(3);
  const std::int64_t batch = maps.q_BHWC.size(0);
  const auto count = static_cast<std::int64_t>(crops.size());
  std::vector<at::Tensor> queries;
  std::vector<at::Tensor> keys;
  for (const CropShare* crop : crops) {
    const partition::RowRange local{crop->query_rows.begin - maps.rows.begin,
                                    crop->query_rows.end - maps.rows.begin};
    queries.push_back(cut(maps.q_BHWC, local, *crop));
    keys.push_back(cut(maps.kv_BHWC, crop->window.row_range(), *crop));
  }
  const at::Tensor q = at::stack(queries, 0).view({count * batch, -1, channels});
  const at::Tensor kv = at::stack(keys, 0).view({count * batch, -1, 2 * channels});
  const bool null_keys = border_tokens == BorderTokens::NullKeys;
  const model::Attended attended = model::attend(
      model::split_heads(q, maps.heads), model::split_heads(kv.narrow(2, 0, channels), maps.heads),
      model::split_heads(kv.narrow(2, channels, channels), maps.heads),
      null_keys ? model::LogSumExp::Return : model::LogSumExp::Skip);
  at::Tensor out = attended.out_BKND;
  if (null_keys) {
    const at::Tensor share = null_key_share(attended.lse_BKN, crops, batch);
    out = out * share.unsqueeze(-1).to(out.scalar_type());
  }
  return model::join_heads(out).view(
      {count, batch, crops.front()->query_rows.rows(), crops.front()->window.cols(), channels});
}

/// How many crops of this shape are attended in one call.
std::size_t crops_per_call(const AttentionMaps& maps, const CropShare& crop,
                           std::int64_t batch_bytes) {
  const std::int64_t tokens = static_cast<std::int64_t>(crop.window.rows()) * crop.window.cols();
  const std::int64_t bytes = 3 * tokens * maps.q_BHWC.size(0) * maps.q_BHWC.size(3) *
                             static_cast<std::int64_t>(maps.q_BHWC.element_size());
  return static_cast<std::size_t>(
      std::max<std::int64_t>(1, batch_bytes / std::max<std::int64_t>(1, bytes)));
}

}  // namespace

at::Tensor attend_crops(const AttentionMaps& maps, const std::vector<CropShare>& crops,
                        const CropAttentionOptions& options) {
  std::map<CropShape, std::vector<std::size_t>> groups;
  for (std::size_t k = 0; k < crops.size(); ++k) groups[shape_of(crops[k])].push_back(k);

  std::vector<at::Tensor> results(crops.size());
  for (const auto& [shape, members] : groups) {
    const std::size_t stride = crops_per_call(maps, crops[members.front()], options.batch_bytes);
    for (std::size_t begin = 0; begin < members.size(); begin += stride) {
      const std::size_t end = std::min(members.size(), begin + stride);
      std::vector<const CropShare*> call;
      for (std::size_t k = begin; k < end; ++k) call.push_back(&crops[members[k]]);
      const at::Tensor attended = attend_equal_crops(maps, call, options.border_tokens);
      for (std::size_t k = begin; k < end; ++k) {
        results[members[k]] = attended[static_cast<std::int64_t>(k - begin)];
      }
    }
  }

  fusion::OverlapAverage average(static_cast<int>(maps.q_BHWC.size(0)), maps.rows,
                                 static_cast<int>(maps.q_BHWC.size(2)),
                                 static_cast<int>(maps.q_BHWC.size(3)));
  for (std::size_t k = 0; k < crops.size(); ++k) {
    const CropShare& crop = crops[k];
    average.add(
        {crop.query_rows.begin, crop.query_rows.end, crop.window.col_begin, crop.window.col_end},
        results[k]);
  }
  return average.finish();
}

}  // namespace tessera::worker
