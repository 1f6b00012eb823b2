#pragma once

#include <ATen/core/Tensor.h>

namespace tessera::model {

/// Head outputs and log-sum-exps of the scaled scores.
struct FlashAttention {
  at::Tensor out_BKND;  ///< a view of [B, N, K, D] memory, so joining heads copies nothing
  at::Tensor lse_BKN;
};

/// softmax(q k^T / sqrt(D)) v in fp32 on the CPU, by blocks of keys with a running maximum and sum
/// (FlashAttention, arXiv 2205.14135, algorithm 1).
///
/// Every query is computed by the same instructions in the same order of keys, whatever the number
/// of queries, their place in the call and the threads: its bits depend on its own values and on
/// the keys and values alone. Any N, M >= 1, D a multiple of 8; any strides with D contiguous.
FlashAttention flash_attention_cpu(const at::Tensor& q_BKND, const at::Tensor& k_BKMD,
                                   const at::Tensor& v_BKMD);

}  // namespace tessera::model
