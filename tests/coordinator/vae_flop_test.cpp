#include "coordinator/vae_flop.h"

#include <gtest/gtest.h>

#include "tests/coordinator/sample_models.h"

namespace tessera::coordinator {
namespace {

worker::StagePlan stage(int side, worker::VaeMode mode) {
  worker::StagePlan plan;
  plan.image = {side, side};
  plan.latent = {side / 8, side / 8};
  plan.vae_mode = mode;
  plan.vae_tile = 1024;
  return plan;
}

void expect_tera(VaeFlop flop, double tera) { EXPECT_NEAR(flop.total() / 1e12, tera, 0.01 * tera); }

TEST(VaeFlop, MatchesTheTableOfTheWholeCanvas) {
  const worker::ModelOutline model = sdxl_outline();
  using worker::VaeMode;
  expect_tera(vae_decode_flop(model, stage(1024, VaeMode::Full)), 10.5);
  expect_tera(vae_decode_flop(model, stage(2048, VaeMode::Full)), 48.5);
  expect_tera(vae_decode_flop(model, stage(4096, VaeMode::Full)), 300);
  expect_tera(vae_decode_flop(model, stage(8192, VaeMode::Full)), 2887);
  expect_tera(vae_encode_flop(model, stage(2048, VaeMode::Full)), 26.1);
  expect_tera(vae_encode_flop(model, stage(4096, VaeMode::Full)), 210);
  expect_tera(vae_encode_flop(model, stage(8192, VaeMode::Full)), 2529);
}

TEST(VaeFlop, FollowsTheResnetsOfEveryLevel) {
  worker::ModelOutline model = sdxl_outline();
  const worker::StagePlan plan = stage(1024, worker::VaeMode::Full);
  const double full = vae_decode_flop(model, plan).conv();
  model.vae_resnets_per_level = 1;
  EXPECT_LT(vae_decode_flop(model, plan).conv(), 0.85 * full);
  EXPECT_LT(vae_encode_flop(model, plan).conv(), full);
}

TEST(VaeFlop, MatchesTheTableOfTiles) {
  const worker::ModelOutline model = sdxl_outline();
  using worker::VaeMode;
  expect_tera(vae_decode_flop(model, stage(2048, VaeMode::Tiled)), 64.8);
  expect_tera(vae_decode_flop(model, stage(4096, VaeMode::Tiled)), 287);
  expect_tera(vae_decode_flop(model, stage(8192, VaeMode::Tiled)), 1152);
  expect_tera(vae_encode_flop(model, stage(2048, VaeMode::Tiled)), 29.8);
  expect_tera(vae_encode_flop(model, stage(4096, VaeMode::Tiled)), 133);
  expect_tera(vae_encode_flop(model, stage(8192, VaeMode::Tiled)), 535);
}

TEST(VaeWeights, AreThoseOfTheSdxlAutoencoder) {
  EXPECT_NEAR(vae_weights(sdxl_outline()), 83'653'863, 0.002 * 83'653'863);
}

}  // namespace
}  // namespace tessera::coordinator
