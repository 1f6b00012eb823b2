#pragma once

#include <ATen/ATen.h>

#include <cmath>

namespace tessera::model {

/// Attention as it is written down, in double: scores, softmax, weighted sum.
struct LiteralAttention {
  at::Tensor out_BKND;
  at::Tensor lse_BKN;
};

inline LiteralAttention literal_attention(const at::Tensor& q_BKND, const at::Tensor& k_BKMD,
                                          const at::Tensor& v_BKMD) {
  const at::Tensor q = q_BKND.to(at::kDouble);
  const double scale = 1 / std::sqrt(static_cast<double>(q.size(3)));
  const at::Tensor scores = q.matmul(k_BKMD.to(at::kDouble).transpose(2, 3)) * scale;
  return {at::softmax(scores, 3).matmul(v_BKMD.to(at::kDouble)), at::logsumexp(scores, {3})};
}

}  // namespace tessera::model
