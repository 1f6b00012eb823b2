#include <limits>

#include "configs/key_sections.h"
#include "configs/value_codecs.h"

namespace tessera::configs {
namespace {

constexpr int kMostInt = std::numeric_limits<int>::max();
using Picture = ConfigKey::Picture;

}  // namespace

std::vector<ConfigKey> method_keys() {
  using Name = JobConfig::MethodName;
  using Mode = JobConfig::Mode;
  return {
      make_key(
          "method.name", choice<Name>({{"freescale", Name::FreeScale}, {"direct", Name::Direct}}),
          Picture::Changes, "freescale, or direct: plain sampling at the last size, as a control.",
          [](auto& job) -> auto& { return job.method.name; }),
      make_key(
          "method.mode", choice<Mode>({{"paper", Mode::Paper}, {"official", Mode::Official}}),
          Picture::Changes,
          "The method as the paper describes it, or as the published program computes it. "
          "official sets, unless given: method.dilation_axes, method.blur_axes, "
          "method.border_tokens, method.dilate_tau, cascade.restart_fraction, vae.mode, "
          "model.tokenizer.",
          [](auto& job) -> auto& { return job.method.mode; }),
      make_key(
          "method.fast_mode", boolean(), Picture::Changes,
          "Global attention on interleaved parts of the picture: faster, slightly different.",
          [](auto& job) -> auto& { return job.method.fast_mode; }),
      make_key(
          "method.dilate_tau", number(0, kMostInt), Picture::Changes,
          "Dilated convolutions run in the steps before this: a share of the steps if at most "
          "1, else a step.",
          [](auto& job) -> auto& { return job.method.dilate_tau; }),
  };
}

std::vector<ConfigKey> attention_keys() {
  using Axes = JobConfig::DilationAxes;
  using Blur = JobConfig::BlurAxes;
  using Border = JobConfig::BorderTokens;
  return {
      make_key(
          "method.dilation_axes",
          choice<Axes>({{"per_axis", Axes::PerAxis}, {"width", Axes::Width}}), Picture::Changes,
          "Dilation from each axis by itself, or from the width for both.",
          [](auto& job) -> auto& { return job.method.dilation_axes; }),
      make_key(
          "method.blur_axes",
          choice<Blur>({{"hw", Blur::HeightWidth}, {"hwc", Blur::HeightWidthChannel}}),
          Picture::Changes, "Axes of the blur between local and global attention.",
          [](auto& job) -> auto& { return job.method.blur_axes; }),
      make_key(
          "method.border_tokens",
          choice<Border>({{"clip", Border::Clip}, {"null_keys", Border::NullKeys}}),
          Picture::Changes,
          "Tokens of a crop beyond the canvas do not exist, or count as keys of score 0.",
          [](auto& job) -> auto& { return job.method.border_tokens; }),
      make_key(
          "method.dilation_base", optional_of("auto", integer(1, kMostInt)), Picture::Changes,
          "Pixels of a side that has dilation 1, on the axes of method.dilation_axes. auto: the "
          "sides of cascade.base.",
          [](auto& job) -> auto& { return job.method.dilation_base; }),
      make_key(
          "method.blur_radius", optional_of("auto", integer(0, 64)), Picture::Changes,
          "Radius of the blur in tokens. auto: by the mode's formula.",
          [](auto& job) -> auto& { return job.method.blur_radius; }),
      make_key(
          "method.blur_sigma", number(0.01, 100), Picture::Changes, "Width of the blur in tokens.",
          [](auto& job) -> auto& { return job.method.blur_sigma; }),
      make_key(
          "method.crop_jitter", number(0, 0.25), Picture::Changes,
          "Largest random shift of a crop as a share of its side (paper rule).",
          [](auto& job) -> auto& { return job.method.crop_jitter; }),
      make_key(
          "method.freeu", optional_of("null", free_u_factors()), Picture::Changes,
          "Factors of FreeU: b for the backbone, s for the skip connections. null: off.",
          [](auto& job) -> auto& { return job.method.freeu; }),
  };
}

}  // namespace tessera::configs
