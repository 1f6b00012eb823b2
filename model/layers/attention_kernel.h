#pragma once

#include <ATen/core/Tensor.h>

namespace tessera::model {

/// Head outputs, and the log-sum-exp of the scaled scores where it was asked for.
struct Attended {
  at::Tensor out_BKND;
  at::Tensor lse_BKN;  ///< fp32; undefined unless asked for
};

enum class LogSumExp { Skip, Return };

/// softmax(q k^T / sqrt(D)) v for heads laid out [B, K, N, D] (any strides with D contiguous).
///
/// The only place that names an attention operator. On the CPU in fp32 (head widths that are
/// multiples of 8) it is our own kernel, whose bits per query do not depend on the other queries;
/// torch's picks its blocks by the number of queries. Zero queries give an empty result.
Attended attend(const at::Tensor& q_BKND, const at::Tensor& k_BKMD, const at::Tensor& v_BKMD,
                LogSumExp lse);

}  // namespace tessera::model
