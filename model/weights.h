#pragma once

#include <ATen/core/Tensor.h>
#include <c10/core/ScalarType.h>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace tessera::model {

/// Plain weight structs: immutable after loading. `bias` is undefined where the layer has none.
struct ConvWeights {
  at::Tensor weight;  ///< [out, in, kh, kw], channels-last
  at::Tensor bias;    ///< [out]
};
struct LinearWeights {
  at::Tensor weight;  ///< [out, in]
  at::Tensor bias;    ///< [out] or undefined
};
struct NormWeights {
  at::Tensor weight;
  at::Tensor bias;
};

enum class Bias { None, Present };

/// The tensors of one component, looked up by name and checked for shape.
class WeightSource {
 public:
  virtual ~WeightSource() = default;
  /// \throws storage::DataError naming file, key and shapes when missing or mis-shaped.
  virtual at::Tensor require(const std::string& name, const std::vector<std::int64_t>& shape) = 0;
  virtual bool has(const std::string& name) const = 0;
};

/// A component's weights, and what the user should know about the file that was taken.
struct OpenedWeights {
  std::unique_ptr<WeightSource> source;
  std::optional<std::string> warning;
};

/// Opens the weights of a diffusers component folder (`<base>[.variant].safetensors`, sharded or
/// not), cast to `dtype` on the CPU.
/// \param base  "diffusion_pytorch_model" or "model".
/// \throws storage::MissingFileError, storage::DataError.
OpenedWeights open_weights(const std::filesystem::path& component, const std::string& base,
                           const std::string& variant, c10::ScalarType dtype);

/// Opens the weights of one component; open_weights() with the rest bound, or made-up ones.
using WeightOpener =
    std::function<OpenedWeights(const std::filesystem::path& component, const std::string& base)>;

/// The tensors of one safetensors file, cast to `dtype` on the CPU.
/// \throws storage::MissingFileError, storage::DataError.
std::unique_ptr<WeightSource> open_weight_file(const std::filesystem::path& file,
                                               c10::ScalarType dtype);

/// Counts parameters from shapes alone: every required name is answered by an empty tensor.
class ShapeCounter final : public WeightSource {
 public:
  at::Tensor require(const std::string& name, const std::vector<std::int64_t>& shape) override;
  bool has(const std::string& name) const override;
  std::int64_t parameters() const { return parameters_; }

 private:
  std::int64_t parameters_ = 0;
};

ConvWeights load_conv(WeightSource& source, const std::string& name, int in, int out, int kernel);
LinearWeights load_linear(WeightSource& source, const std::string& name, int in, int out,
                          Bias bias);
/// A 1x1 convolution [out, in, 1, 1] (or already [out, in]) as a linear layer with bias.
LinearWeights load_pointwise(WeightSource& source, const std::string& name, int in, int out);
/// One layer with the outputs of both, e.g. keys then values.
LinearWeights join_outputs(const LinearWeights& first, const LinearWeights& second);
NormWeights load_norm(WeightSource& source, const std::string& name, int channels);

}  // namespace tessera::model
