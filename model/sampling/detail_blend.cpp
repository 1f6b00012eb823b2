#include "model/sampling/detail_blend.h"

#include <ATen/ATen.h>

#include <cmath>
#include <stdexcept>
#include <string>

namespace tessera::model {

at::Tensor blend_detail(const at::Tensor& x_BCHW, const at::Tensor& z_BCHW, double weight) {
  return x_BCHW * (1 - weight) + z_BCHW * weight;
}

at::Tensor blend_detail(const at::Tensor& x_BCHW, const at::Tensor& z_BCHW,
                        const at::Tensor& weight_11HW) {
  const at::Tensor weight = weight_11HW.to(x_BCHW.scalar_type());
  return x_BCHW * (1 - weight) + z_BCHW * weight;
}

double blend_weight(double cosine_u, double alpha) { return std::pow(cosine_u, alpha); }

at::Tensor foreground_rows(std::span<const std::uint8_t> pixels, partition::Extent mask,
                           partition::Extent latent, partition::RowRange rows) {
  if (static_cast<std::int64_t>(pixels.size()) != mask.area() || mask.area() == 0) {
    throw std::invalid_argument("the mask has " + std::to_string(pixels.size()) +
                                " bytes, expected " + std::to_string(mask.rows) + " x " +
                                std::to_string(mask.cols));
  }
  at::Tensor foreground = at::empty({1, 1, rows.rows(), latent.cols}, at::kBool);
  bool* out = foreground.data_ptr<bool>();
  for (int row = rows.begin; row < rows.end; ++row) {
    const std::int64_t source_row = std::int64_t{row} * mask.rows / latent.rows;
    for (int col = 0; col < latent.cols; ++col) {
      const std::int64_t source_col = std::int64_t{col} * mask.cols / latent.cols;
      *out++ = pixels[static_cast<std::size_t>(source_row * mask.cols + source_col)] != 0;
    }
  }
  return foreground;
}

at::Tensor blend_weights(const at::Tensor& foreground_11HW, double cosine_u, double cosine_scale,
                         double cosine_scale_bg) {
  const auto scalar = [&](double alpha) {
    return at::scalar_tensor(blend_weight(cosine_u, alpha),
                             foreground_11HW.options().dtype(at::kFloat));
  };
  return at::where(foreground_11HW, scalar(cosine_scale), scalar(cosine_scale_bg));
}

}  // namespace tessera::model
