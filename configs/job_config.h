#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "configs/checkpoint_config.h"
#include "configs/free_u_config.h"
#include "configs/prompt_config.h"
#include "configs/video_config.h"
#include "partition/extent.h"

namespace tessera::configs {

/// What a user asks for: one field per configuration key, `job.cascade.base` is `cascade.base`.
///
/// The defaults of all keys stand here and nowhere else. An empty optional means `auto`, `null` or
/// "taken from the model", as the comment says. A field whose key is spelled otherwise names it.
/// The keys themselves, with their types and documentation, are listed by config_keys().
struct JobConfig {
  enum class Kind { Image, Video };
  enum class Tokenizer { Clip, ClipBasic };
  enum class Scheduler { Euler, EulerAncestral, Ddim };
  enum class TimestepSpacing { Leading, Trailing };
  enum class StateDtype { Fp32, Fp16 };
  enum class UpscaleSpace { Image, Latent };
  enum class Posterior { Sample, Mean };
  enum class MethodName { FreeScale, Direct };
  enum class Mode { Paper, Official };
  enum class DilationAxes { PerAxis, Width };
  enum class BlurAxes { HeightWidth, HeightWidthChannel };
  enum class BorderTokens { Clip, NullKeys };
  enum class VaeMode { Auto, Full, Tiled };
  enum class GuidanceSplit { Auto, On, Off };
  enum class OutputFormat { Png, Mp4, Mkv, Frames };
  enum class Stages { All, Final };
  enum class OnExists { Error, Skip, Overwrite, Suffix };
  enum class Metadata { Full, RedactPrompt, None };
  enum class LogLevel { Trace, Debug, Info, Warning, Error };
  enum class Progress { Auto, Bar, Plain, Json, None };

  struct Model {
    std::string path;      ///< diffusers folder, or ORG/NAME in the local hub cache
    std::string variant;   ///< "" or e.g. "fp16"
    std::string vae_path;  ///< "": the autoencoder of the model
    Tokenizer tokenizer = Tokenizer::Clip;
  };

  struct Sampling {
    Scheduler scheduler = Scheduler::Euler;
    int steps = 50;
    double guidance_scale = 7.5;
    double guidance_rescale = 0;
    double eta = 0;
    TimestepSpacing timestep_spacing = TimestepSpacing::Leading;
    StateDtype state = StateDtype::Fp32;
  };

  struct Cascade {
    std::optional<partition::Extent> base;  ///< empty: 8 x the U-Net's sample_size
    std::vector<partition::Extent> resolutions{{1024, 1024}, {2048, 2048}};  ///< pixels
    int restart_timestep = 700;
    std::optional<double> restart_fraction;  ///< set: goes before restart_timestep
    std::vector<double> cosine_scale{2.0};   ///< one for all stages >= 1, or one for each of them
    std::vector<double> cosine_scale_bg{1.0};
    UpscaleSpace upscale_space = UpscaleSpace::Image;
    Posterior posterior = Posterior::Sample;
  };

  using FreeU = FreeUConfig;

  struct Method {
    MethodName name = MethodName::FreeScale;
    Mode mode = Mode::Paper;
    bool fast_mode = false;
    double dilate_tau = 0.7;  ///< share of the steps if <= 1, else a step index
    DilationAxes dilation_axes = DilationAxes::PerAxis;
    BlurAxes blur_axes = BlurAxes::HeightWidth;
    BorderTokens border_tokens = BorderTokens::Clip;
    std::optional<int> dilation_base;  ///< pixels; empty: the sides of cascade.base
    std::optional<int> blur_radius;    ///< tokens; empty: by the mode's formula
    double blur_sigma = 1.0;           ///< tokens
    double crop_jitter = 0.125;        ///< share of the crop
    std::optional<FreeU> freeu = FreeU{};
  };

  struct Vae {
    VaeMode mode = VaeMode::Auto;
    std::optional<int> tile;  ///< pixels; empty: the autoencoder's sample_size
  };

  struct Init {
    std::string image;  ///< file, or ""
    std::string mask;   ///< file, or ""
    double strength = 0;

    bool operator==(const Init&) const = default;
  };

  struct Distributed {
    GuidanceSplit guidance_split = GuidanceSplit::Auto;
    std::optional<int> strips;                     ///< empty: auto
    std::optional<std::int64_t> crop_batch_bytes;  ///< key crop_batch; empty: auto
    std::optional<double> deadline_seconds;        ///< key deadline; empty: auto
    std::optional<int> cpu_threads;                ///< empty: auto
  };

  struct Output {
    std::string run_dir = "runs/{name}";
    std::string pattern = "images/{index:05}_{seed}_{width}x{height}";
    std::vector<OutputFormat> formats{OutputFormat::Png};
    int bit_depth = 8;
    Stages stages = Stages::All;
    OnExists on_exists = OnExists::Error;
    Metadata metadata = Metadata::Full;
    int png_level = 3;
    int video_crf = 18;
  };

  struct Log {
    LogLevel level = LogLevel::Info;
    std::string directory = "{run_dir}/logs";
  };

  int version = 1;   ///< of the schema
  std::string name;  ///< empty: stem of the config file, else the preset, else "render"
  Kind kind = Kind::Image;
  std::string preset;                           ///< "": none
  std::vector<PromptConfig> prompts;            ///< key prompt
  std::string prompts_file;                     ///< "": none; rank 0 turns it into prompts
  std::optional<std::string> negative_prompt =  ///< empty: zero embedding
      "blurry, ugly, duplicate, poorly drawn, deformed, mosaic";
  int images_per_prompt = 1;
  std::int64_t seed = 123;  ///< -1: drawn at the start, and then set here
  Model model;
  Sampling sampling;
  Cascade cascade;
  Method method;
  Vae vae;
  Init init;
  VideoConfig video;
  Distributed distributed;
  CheckpointConfig checkpoint;
  Output output;
  Log log;
  Progress progress = Progress::Auto;
};

}  // namespace tessera::configs
