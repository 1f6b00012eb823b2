#pragma once

#include <ATen/ATen.h>

#include <cmath>
#include <map>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "model/weights.h"
#include "tests/model/tensor_patterns.h"

namespace tessera::model {

/// Weights of any network: values depend on the name alone, so two networks that ask for the same
/// names get the same weights. Remembers what was asked for.
class SyntheticWeights final : public WeightSource {
 public:
  at::Tensor require(const std::string& name, const std::vector<std::int64_t>& shape) override {
    if (absent.contains(name)) throw std::runtime_error("no tensor " + name);
    std::uint64_t seed = 14695981039346656037U;  // FNV-1a
    for (const char letter : name) {
      seed = (seed ^ static_cast<unsigned char>(letter)) * 1099511628211U;
    }
    std::int64_t fan_in = 1;
    for (std::size_t axis = 1; axis < shape.size(); ++axis) fan_in *= shape[axis];
    at::Tensor value = noise(shape, seed) / std::sqrt(static_cast<double>(fan_in));
    if (shape.size() == 1) value.mul_(0.1);
    if (shape.size() == 1 && name.find("norm") != std::string::npos && name.ends_with(".weight")) {
      value.add_(1.0);
    }
    asked.push_back(name);
    shapes[name] = shape;
    memory_[value.const_data_ptr()] = name;
    return keep_.emplace_back(value);
  }

  bool has(const std::string& name) const override { return !absent.contains(name); }

  /// The name under which a tensor was handed out, without its last part; empty if it is a copy.
  /// Biases are never copied, so they tell which layer a call belongs to.
  std::string layer_of(const at::Tensor& bias) const {
    const auto found = memory_.find(bias.const_data_ptr());
    return found == memory_.end() ? "" : found->second.substr(0, found->second.rfind('.'));
  }

  std::set<std::string> absent;
  std::vector<std::string> asked;
  std::map<std::string, std::vector<std::int64_t>> shapes;

 private:
  std::map<const void*, std::string> memory_;
  std::vector<at::Tensor> keep_;
};

}  // namespace tessera::model
