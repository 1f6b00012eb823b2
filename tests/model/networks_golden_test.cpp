#include <ATen/ATen.h>
#include <c10/core/InferenceMode.h>
#include <gtest/gtest.h>

#include "model/unet/unet.h"
#include "model/vae/vae_decoder.h"
#include "model/vae/vae_encoder.h"
#include "model/whole_image_ops.h"
#include "tests/model/golden_tensors.h"

namespace tessera::model {
namespace {

const std::string kModel = std::string(TESSERA_SOURCE_DIR) + "/tests/goldens/parity_model";

/// rms(difference) / rms(reference): rounding of other kernels gives 1e-6, a mistake 1e-2 and more.
double relative_rms(const at::Tensor& value, const at::Tensor& reference) {
  const at::Tensor difference = value.to(at::kDouble) - reference.to(at::kDouble);
  return difference.square().mean().sqrt().item<double>() /
         reference.to(at::kDouble).square().mean().sqrt().item<double>();
}

class NetworksGolden : public ::testing::Test {
 protected:
  at::Tensor golden(const std::string& name) { return golden_tensor("networks.safetensors", name); }

  at::Tensor run_unet(const Unet& unet, const std::string& prefix) {
    const at::Tensor sample = golden(prefix + ".sample");
    const at::Tensor ids = golden(prefix + ".time_ids")[0].contiguous();
    const std::vector<float> time_ids(ids.data_ptr<float>(), ids.data_ptr<float>() + ids.numel());
    const at::Tensor embedding = unet.embed_time(golden(prefix + ".timestep")[0].item<double>()) +
                                 unet.embed_added(golden(prefix + ".pooled"), time_ids);
    const std::vector<at::Tensor> shifts = unet.project_time(embedding);
    const std::vector<KeyValue> cross = unet.project_text(golden(prefix + ".context"));
    StepContext step;
    step.time_shifts = &shifts;
    step.cross = &cross;
    WholeImageOps spatial;
    return unet.forward(sample, step, spatial);
  }

  c10::InferenceMode inference_;
};

TEST_F(NetworksGolden, UnetMatchesDiffusersOnASquareAndAnOblongLatent) {
  auto weights = open_weights(kModel + "/unet", "diffusion_pytorch_model", "", at::kFloat);
  const Unet unet(read_unet_config(kModel + "/unet/config.json"), *weights.source);
  EXPECT_LT(relative_rms(run_unet(unet, "unet"), golden("unet.out")), 1e-5);
  EXPECT_LT(relative_rms(run_unet(unet, "unet_square"), golden("unet_square.out")), 1e-5);
}

TEST_F(NetworksGolden, DecoderMatchesDiffusers) {
  auto weights = open_weights(kModel + "/vae", "diffusion_pytorch_model", "", at::kFloat);
  const VaeDecoder decoder(read_vae_config(kModel + "/vae/config.json"), *weights.source);
  WholeImageOps spatial;
  EXPECT_LT(relative_rms(decoder.decode(golden("vae.latents"), spatial), golden("vae.decoded")),
            1e-5);
}

TEST_F(NetworksGolden, EncoderMatchesDiffusers) {
  auto weights = open_weights(kModel + "/vae", "diffusion_pytorch_model", "", at::kFloat);
  const VaeEncoder encoder(read_vae_config(kModel + "/vae/config.json"), *weights.source);
  WholeImageOps spatial;
  EXPECT_LT(relative_rms(encoder.encode(golden("vae.image"), spatial), golden("vae.moments")),
            1e-5);
}

}  // namespace
}  // namespace tessera::model
