#pragma once

#include <cstdint>

#include "model/weights.h"

namespace tessera::model {

/// Weights made up from names and shapes alone, for measurements without a model: matrices and
/// kernels N(0, 1 / fan-in), scales of norms 1, biases 0. The same for the same seed on every rank.
class RandomWeights final : public WeightSource {
 public:
  RandomWeights(std::uint64_t seed, c10::ScalarType dtype) : seed_(seed), dtype_(dtype) {}

  at::Tensor require(const std::string& name, const std::vector<std::int64_t>& shape) override;
  bool has(const std::string& name) const override;

 private:
  std::uint64_t seed_;
  c10::ScalarType dtype_;
};

}  // namespace tessera::model
