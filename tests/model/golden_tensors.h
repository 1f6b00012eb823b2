#pragma once

#include <ATen/ATen.h>

#include <filesystem>
#include <stdexcept>
#include <string>

#include "storage/safetensors_file.h"

namespace tessera::model {

std::filesystem::path golden_folder();

/// The tiny SDXL-format model that the goldens were made with.
std::filesystem::path golden_model();

/// Tensors of one file of tests/goldens, copied out of the mapping.
class GoldenTensors {
 public:
  explicit GoldenTensors(const std::string& file)
      : file_(storage::SafetensorsFile::open(golden_folder() / file)) {}

  at::Tensor operator[](const std::string& name) const {
    const storage::TensorView* view = file_.find(name);
    if (view == nullptr) throw std::runtime_error("no golden tensor " + name);
    return at::from_blob(const_cast<std::byte*>(view->bytes.data()), view->shape,
                         at::TensorOptions(dtype_of(view->dtype)))
        .clone();
  }

 private:
  static at::ScalarType dtype_of(storage::Dtype dtype) {
    switch (dtype) {
      case storage::Dtype::F64:
        return at::kDouble;
      case storage::Dtype::F32:
        return at::kFloat;
      case storage::Dtype::F16:
        return at::kHalf;
      case storage::Dtype::I64:
        return at::kLong;
      case storage::Dtype::I32:
        return at::kInt;
      default:
        throw std::runtime_error("goldens hold no such dtype");
    }
  }

  storage::SafetensorsFile file_;
};

/// One tensor of a file of tests/goldens.
inline at::Tensor golden_tensor(const std::string& file, const std::string& name) {
  return GoldenTensors(file)[name];
}

/// rms(value - reference) / rms(reference), in double.
inline double relative_error(const at::Tensor& value, const at::Tensor& reference) {
  const at::Tensor difference = value.to(at::kDouble) - reference.to(at::kDouble);
  return (difference.norm() / reference.to(at::kDouble).norm()).item<double>();
}

}  // namespace tessera::model
