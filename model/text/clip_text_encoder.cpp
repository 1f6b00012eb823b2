#include "model/text/clip_text_encoder.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

#include "model/layers/linear.h"
#include "storage/storage_error.h"

namespace tessera::model {
namespace {

ClipTextLayer load_layer(WeightSource& source, const std::string& name,
                         const ClipTextConfig& config) {
  const int width = config.width;
  const auto projection = [&](const char* part) {
    return load_linear(source, name + ".self_attn." + part, width, width, Bias::Present);
  };
  ClipTextLayer layer;
  layer.norm1 = load_norm(source, name + ".layer_norm1", width);
  layer.q = projection("q_proj");
  layer.k = projection("k_proj");
  layer.v = projection("v_proj");
  layer.out = projection("out_proj");
  layer.norm2 = load_norm(source, name + ".layer_norm2", width);
  layer.fc1 = load_linear(source, name + ".mlp.fc1", width, config.mlp_width, Bias::Present);
  layer.fc2 = load_linear(source, name + ".mlp.fc2", config.mlp_width, width, Bias::Present);
  return layer;
}

at::Tensor norm(const at::Tensor& x_1NC, const NormWeights& weights, double eps) {
  return at::layer_norm(x_1NC, {x_1NC.size(-1)}, weights.weight, weights.bias, eps);
}

at::Tensor activate(const at::Tensor& x, TextActivation activation) {
  if (activation == TextActivation::Gelu) return at::gelu(x, "none");
  return x * at::sigmoid(x * 1.702);
}

/// [N, N] with -inf above the diagonal: token i sees tokens 0..i.
at::Tensor causal_mask(std::int64_t tokens, const at::TensorOptions& options) {
  return at::full({tokens, tokens}, -std::numeric_limits<double>::infinity(),
                  options.dtype(at::kFloat))
      .triu(1);
}

/// Scores are materialised (77 x 77), since the mask makes a fused kernel of no use here.
at::Tensor attend_causally(const at::Tensor& x_1NC, const ClipTextLayer& layer, int heads,
                           const at::Tensor& mask_NN) {
  const std::int64_t tokens = x_1NC.size(1);
  const std::int64_t head_width = x_1NC.size(2) / heads;
  const auto split = [&](const LinearWeights& projection) {
    return linear(x_1NC, projection).view({1, tokens, heads, head_width}).transpose(1, 2);
  };
  const at::Tensor q_1KND = split(layer.q) / std::sqrt(static_cast<double>(head_width));
  const at::Tensor scores = at::matmul(q_1KND, split(layer.k).transpose(2, 3)).to(at::kFloat);
  const at::Tensor shares = at::softmax(scores + mask_NN, -1).to(x_1NC.scalar_type());
  const at::Tensor out_1KND = at::matmul(shares, split(layer.v));
  return linear(out_1KND.transpose(1, 2).reshape(x_1NC.sizes()), layer.out);
}

at::Tensor run_layer(const at::Tensor& x_1NC, const ClipTextLayer& layer,
                     const ClipTextConfig& config, const at::Tensor& mask_NN) {
  const at::Tensor attended =
      attend_causally(norm(x_1NC, layer.norm1, config.norm_eps), layer, config.heads, mask_NN);
  const at::Tensor x = x_1NC + attended;
  const at::Tensor hidden = linear(norm(x, layer.norm2, config.norm_eps), layer.fc1);
  return x + linear(activate(hidden, config.activation), layer.fc2);
}

void require_ids(std::span<const std::int32_t> ids, const ClipTextConfig& config) {
  if (static_cast<int>(ids.size()) != config.positions) {
    throw storage::DataError("the tokenizer gives " + std::to_string(ids.size()) +
                             " ids, but the text tower has " + std::to_string(config.positions) +
                             " positions (model_max_length, max_position_embeddings)");
  }
  for (const std::int32_t id : ids) {
    if (id < 0 || id >= config.vocabulary_size) {
      throw storage::DataError("token id " + std::to_string(id) + " is outside the text tower's " +
                               std::to_string(config.vocabulary_size) +
                               " entries; tokenizer and text encoder do not belong together");
    }
  }
}

std::int64_t pooled_index(std::span<const std::int32_t> ids, const ClipTextConfig& config) {
  const auto found = config.pooled_position == PooledPosition::LargestId
                         ? std::max_element(ids.begin(), ids.end())
                         : std::find(ids.begin(), ids.end(), config.end_id);
  if (found == ids.end()) {
    throw storage::DataError("no token has the id eos_token_id " + std::to_string(config.end_id) +
                             " of the text tower's config.json");
  }
  return found - ids.begin();
}

}  // namespace

ClipTextWeights load_clip_text(WeightSource& source, const ClipTextConfig& config) {
  const std::string root = "text_model.";
  ClipTextWeights weights;
  weights.config = config;
  weights.token_embedding = source.require(root + "embeddings.token_embedding.weight",
                                           {config.vocabulary_size, config.width});
  weights.position_embedding = source.require(root + "embeddings.position_embedding.weight",
                                              {config.positions, config.width});
  for (int layer = 0; layer < config.layers; ++layer) {
    weights.layers.push_back(
        load_layer(source, root + "encoder.layers." + std::to_string(layer), config));
  }
  weights.final_norm = load_norm(source, root + "final_layer_norm", config.width);
  if (config.projection_width > 0) {
    weights.projection =
        load_linear(source, "text_projection", config.width, config.projection_width, Bias::None);
  }
  return weights;
}

EncodedText encode_text(const ClipTextWeights& weights, std::span<const std::int32_t> ids) {
  const ClipTextConfig& config = weights.config;
  require_ids(ids, config);
  const at::Tensor& table = weights.token_embedding;
  at::Tensor index_N = at::empty({config.positions}, at::kLong);
  std::copy(ids.begin(), ids.end(), index_N.data_ptr<std::int64_t>());
  const at::Tensor tokens_NC = table.index_select(0, index_N.to(table.device()));
  at::Tensor x_1NC = (tokens_NC + weights.position_embedding).unsqueeze(0);
  const at::Tensor mask_NN = causal_mask(config.positions, table.options());
  EncodedText result;
  for (std::size_t layer = 0; layer < weights.layers.size(); ++layer) {
    const bool last = layer + 1 == weights.layers.size();
    if (last) result.context_1NC = x_1NC;
    if (last && config.context == TextContext::Penultimate && config.projection_width == 0) break;
    x_1NC = run_layer(x_1NC, weights.layers[layer], config, mask_NN);
  }
  if (config.context == TextContext::FinalNorm) {
    result.context_1NC = norm(x_1NC, weights.final_norm, config.norm_eps);
  }
  if (config.projection_width > 0) {
    const at::Tensor end_1C = x_1NC.select(1, pooled_index(ids, config));
    result.pooled_1P =
        linear(norm(end_1C, weights.final_norm, config.norm_eps), weights.projection);
  }
  return result;
}

}  // namespace tessera::model
