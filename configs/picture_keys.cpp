#include <limits>

#include "configs/key_sections.h"
#include "configs/value_codecs.h"

namespace tessera::configs {

std::vector<ConfigKey> picture_keys() {
  using Picture = ConfigKey::Picture;
  using Vae = JobConfig::VaeMode;
  constexpr int kMost = std::numeric_limits<int>::max();
  return {
      make_key(
          "vae.mode",
          choice<Vae>({{"auto", Vae::Auto}, {"full", Vae::Full}, {"tiled", Vae::Tiled}}),
          Picture::Changes,
          "full: the whole canvas, without seams. tiled: as the published program. auto: full "
          "up to 4096x4096 pixels, tiled above.",
          [](auto& job) -> auto& { return job.vae.mode; }),
      make_key(
          "vae.tile", optional_of("auto", integer(64, kMost)), Picture::Changes,
          "Side of a tile in pixels when tiled. auto: the autoencoder's sample_size.",
          [](auto& job) -> auto& { return job.vae.tile; }),
      make_key(
          "init.image", text("file", Emptiness::Allowed), Picture::Changes,
          "Picture that guides the render: it replaces stage 0 or starts it (PNG, JPEG, TIFF).",
          [](auto& job) -> auto& { return job.init.image; }),
      make_key(
          "init.mask", text("file", Emptiness::Allowed), Picture::Changes,
          "Mask: white takes cascade.cosine_scale, black cascade.cosine_scale_bg.",
          [](auto& job) -> auto& { return job.init.mask; }),
      make_key(
          "init.strength", number(0, 1), Picture::Changes,
          "0: the image replaces stage 0. 1: it is ignored. Between: stage 0 starts from it at "
          "step N - round(strength N).",
          [](auto& job) -> auto& { return job.init.strength; }),
  };
}

}  // namespace tessera::configs
