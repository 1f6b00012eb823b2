#include "model/weights.h"

#include <ATen/ATen.h>

#include <map>

#include "storage/safetensors_file.h"
#include "storage/storage_error.h"
#include "storage/weight_files.h"

namespace tessera::model {
namespace {

/// Weights are float tensors; other dtypes only occur in files as unused extras.
c10::ScalarType scalar_type(storage::Dtype dtype, const std::string& where) {
  switch (dtype) {
    case storage::Dtype::F64:
      return at::kDouble;
    case storage::Dtype::F32:
      return at::kFloat;
    case storage::Dtype::F16:
      return at::kHalf;
    case storage::Dtype::BF16:
      return at::kBFloat16;
    default:
      break;
  }
  throw storage::DataError(where + " has dtype " + storage::dtype_name(dtype) +
                           ", expected F64, F32, F16 or BF16");
}

class FileWeights final : public WeightSource {
 public:
  FileWeights(storage::WeightFiles files, c10::ScalarType dtype)
      : files_(std::move(files)), dtype_(dtype) {
    for (const auto& path : files_.files) {
      opened_.emplace(path, storage::SafetensorsFile::open(path));
    }
  }

  bool has(const std::string& name) const override { return find(name) != nullptr; }

  at::Tensor require(const std::string& name, const std::vector<std::int64_t>& shape) override {
    const std::string where = files_.file_for(name).string() + ": tensor \"" + name + "\"";
    const storage::TensorView* view = find(name);
    if (view == nullptr) {
      throw storage::DataError(where + " is missing" + who_says_so(name) + ", expected shape " +
                               storage::shape_text(shape));
    }
    if (view->shape != shape) {
      throw storage::DataError(where + " is " + storage::shape_text(view->shape) + ", expected " +
                               storage::shape_text(shape));
    }
    // A copy, so that the mapping can go away; from_blob reads, never writes.
    auto* const bytes = const_cast<std::byte*>(view->bytes.data());
    return at::from_blob(bytes, shape, at::TensorOptions(scalar_type(view->dtype, where)))
        .to(dtype_, /*non_blocking=*/false, /*copy=*/true);
  }

 private:
  /// Why the tensor is expected in the file that file_for() names.
  std::string who_says_so(const std::string& name) const {
    if (files_.index.empty()) return "";
    if (!files_.file_of_tensor.contains(name)) return ": the index names no file for it";
    return ", though " + files_.index.filename().string() + " says that it is there";
  }

  const storage::TensorView* find(const std::string& name) const {
    const auto file = opened_.find(files_.file_for(name));
    return file == opened_.end() ? nullptr : file->second.find(name);
  }

  storage::WeightFiles files_;
  c10::ScalarType dtype_;
  std::map<std::filesystem::path, storage::SafetensorsFile> opened_;
};

}  // namespace

OpenedWeights open_weights(const std::filesystem::path& component, const std::string& base,
                           const std::string& variant, c10::ScalarType dtype) {
  storage::WeightFiles files = storage::weight_files(component, base, variant);
  std::optional<std::string> warning = files.warning;
  return {std::make_unique<FileWeights>(std::move(files), dtype), std::move(warning)};
}

std::unique_ptr<WeightSource> open_weight_file(const std::filesystem::path& file,
                                               c10::ScalarType dtype) {
  storage::WeightFiles files;
  files.files.push_back(file);
  return std::make_unique<FileWeights>(std::move(files), dtype);
}

at::Tensor ShapeCounter::require(const std::string&, const std::vector<std::int64_t>& shape) {
  std::int64_t elements = 1;
  for (const std::int64_t side : shape) elements *= side;
  parameters_ += elements;
  return at::empty(shape, at::TensorOptions(at::kMeta).dtype(at::kFloat));
}

bool ShapeCounter::has(const std::string&) const { return true; }

ConvWeights load_conv(WeightSource& source, const std::string& name, int in, int out, int kernel) {
  const at::Tensor weight = source.require(name + ".weight", {out, in, kernel, kernel});
  return {weight.contiguous(at::MemoryFormat::ChannelsLast), source.require(name + ".bias", {out})};
}

LinearWeights load_linear(WeightSource& source, const std::string& name, int in, int out,
                          Bias bias) {
  LinearWeights weights{source.require(name + ".weight", {out, in}), {}};
  if (bias == Bias::Present) weights.bias = source.require(name + ".bias", {out});
  return weights;
}

LinearWeights load_pointwise(WeightSource& source, const std::string& name, int in, int out) {
  const at::Tensor weight = source.require(name + ".weight", {out, in, 1, 1});
  return {weight.view({out, in}), source.require(name + ".bias", {out})};
}

LinearWeights join_outputs(const LinearWeights& first, const LinearWeights& second) {
  LinearWeights joined{at::cat({first.weight, second.weight}, 0), {}};
  if (first.bias.defined()) joined.bias = at::cat({first.bias, second.bias}, 0);
  return joined;
}

NormWeights load_norm(WeightSource& source, const std::string& name, int channels) {
  return {source.require(name + ".weight", {channels}), source.require(name + ".bias", {channels})};
}

}  // namespace tessera::model
