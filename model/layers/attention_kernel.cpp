#include "model/layers/attention_kernel.h"

#include <ATen/ATen.h>

#include <tuple>

#include "model/layers/flash_attention_cpu.h"
#include "model/layers/flop_meter.h"

namespace tessera::model {
namespace {

Attended attend_cpu(const at::Tensor& q_BKND, const at::Tensor& k_BKMD, const at::Tensor& v_BKMD) {
  if (q_BKND.scalar_type() == at::kFloat && q_BKND.size(3) % 8 == 0) {
    const FlashAttention result = flash_attention_cpu(q_BKND, k_BKMD, v_BKMD);
    return {result.out_BKND, result.lse_BKN};
  }
  const auto [out, lse] = at::_scaled_dot_product_flash_attention_for_cpu(q_BKND, k_BKMD, v_BKMD);
  return {out, lse};
}

Attended attend_cuda(const at::Tensor& q_BKND, const at::Tensor& k_BKMD, const at::Tensor& v_BKMD,
                     LogSumExp lse) {
  if (lse == LogSumExp::Skip) {
    return {at::scaled_dot_product_attention(q_BKND, k_BKMD, v_BKMD), {}};
  }
  const auto result = at::_scaled_dot_product_efficient_attention(
      q_BKND, k_BKMD, v_BKMD, /*attn_bias=*/std::nullopt, /*compute_log_sumexp=*/true);
  return {std::get<0>(result), std::get<1>(result).narrow(2, 0, q_BKND.size(2))};
}

}  // namespace

Attended attend(const at::Tensor& q_BKND, const at::Tensor& k_BKMD, const at::Tensor& v_BKMD,
                LogSumExp lse) {
  if (q_BKND.size(2) == 0) {
    return {at::empty_like(q_BKND),
            at::empty({q_BKND.size(0), q_BKND.size(1), 0}, q_BKND.options().dtype(at::kFloat))};
  }
  count_flop(4.0 * static_cast<double>(q_BKND.numel()) * static_cast<double>(k_BKMD.size(2)));
  return q_BKND.is_cpu() ? attend_cpu(q_BKND, k_BKMD, v_BKMD)
                         : attend_cuda(q_BKND, k_BKMD, v_BKMD, lse);
}

}  // namespace tessera::model
