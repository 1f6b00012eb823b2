#include "model/random_weights.h"

#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>

#include <cmath>

namespace tessera::model {
namespace {

/// FNV-1a, so that a tensor does not depend on the order in which tensors are asked for.
std::uint64_t hash_of(const std::string& name, std::uint64_t seed) {
  std::uint64_t hash = 14695981039346656037ULL ^ seed;
  for (const char letter : name) {
    hash = (hash ^ static_cast<unsigned char>(letter)) * 1099511628211ULL;
  }
  return hash;
}

}  // namespace

at::Tensor RandomWeights::require(const std::string& name, const std::vector<std::int64_t>& shape) {
  const at::TensorOptions options(dtype_);
  if (shape.size() < 2) {
    return name.ends_with("bias") ? at::zeros(shape, options) : at::ones(shape, options);
  }
  std::int64_t fan_in = 1;
  for (std::size_t side = 1; side < shape.size(); ++side) fan_in *= shape[side];
  const at::Generator generator = at::detail::createCPUGenerator(hash_of(name, seed_));
  const at::Tensor values = at::randn(shape, generator, at::TensorOptions(at::kFloat));
  return values.mul(1 / std::sqrt(static_cast<double>(fan_in))).to(dtype_);
}

bool RandomWeights::has(const std::string&) const { return true; }

}  // namespace tessera::model
