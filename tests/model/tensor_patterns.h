#pragma once

#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>

#include <cstdint>
#include <vector>

namespace tessera::model {

/// Standard normal fp32 values of a fixed seed.
inline at::Tensor noise(const std::vector<std::int64_t>& shape, std::uint64_t seed) {
  return at::randn(shape, at::detail::createCPUGenerator(seed), at::kFloat);
}

/// The same, laid out as maps are.
inline at::Tensor noise_map(const std::vector<std::int64_t>& shape, std::uint64_t seed) {
  return noise(shape, seed).contiguous(at::MemoryFormat::ChannelsLast);
}

/// Largest |value - reference| over the largest |reference|, in double.
inline double relative_max(const at::Tensor& value, const at::Tensor& reference) {
  const at::Tensor exact = reference.to(at::kDouble);
  return ((value.to(at::kDouble) - exact).abs().max() / exact.abs().max()).item<double>();
}

/// Equal shape and equal bits, -0 and 0 apart.
inline bool same_bits(const at::Tensor& a, const at::Tensor& b) {
  return a.sizes() == b.sizes() &&
         at::equal(a.contiguous().view(at::kInt), b.contiguous().view(at::kInt));
}

}  // namespace tessera::model
