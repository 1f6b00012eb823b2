#include "configs/job_config_rules.h"

#include <algorithm>
#include <limits>

#include "configs/config_error.h"
#include "configs/prompt_init.h"
#include "configs/value_codecs.h"
#include "configs/video_rules.h"
#include "partition/size_text.h"

namespace tessera::configs {
namespace {

constexpr int kSideMultiplePx = 64;  // three halvings in the U-Net of a latent of 1/8
constexpr int kTileMultiplePx = 32;  // a tile's stride is 3/4 of it, in latent pixels
constexpr int kLargeSidePx = 8192;   // FreeScale README: cosine scale 1.0 here
constexpr double kLargeSideCosine = 1.0;

class Checker {
 public:
  Checker(const JobConfig& job, const ConfigOrigins& origins) : job_(job), origins_(origins) {}

  std::vector<std::string> check() {
    if (const auto breach = breach_of_kind(job_)) fail(breach->key, breach->what);
    check_sizes();
    check_exponents();
    check_init();
    check_seed();
    warn_of_ignored();
    check_names();
    warn_of_quality();
    return std::move(warnings_);
  }

 private:
  [[noreturn]] void fail(const std::string& key, const std::string& what) const {
    const ConfigOrigin& origin = origins_.of(key);
    const bool placed = origin.kind != ConfigOrigin::Kind::Default && !origin.place.source.empty();
    throw ConfigError((placed ? origin.place.text() + ": " : "") + what);
  }

  void check_side(const std::string& key, const std::string& name, partition::Extent size,
                  int side) const {
    if (side >= kSideMultiplePx && side % kSideMultiplePx == 0) return;
    const int below = side / kSideMultiplePx * kSideMultiplePx;
    const std::string above = std::to_string(below + kSideMultiplePx);
    fail(key, name + ": " + partition::size_text(size) + " has a side of " + std::to_string(side) +
                  " pixels. Sides are multiples of 64: use " +
                  (below == 0 ? above : std::to_string(below) + " or " + above) + ".");
  }

  void check_size(const std::string& key, const std::string& name, partition::Extent size) const {
    check_side(key, name, size, size.rows);
    check_side(key, name, size, size.cols);
  }

  void check_sizes() const {
    const auto& sizes = job_.cascade.resolutions;
    for (std::size_t stage = 0; stage < sizes.size(); ++stage) {
      const std::string name = "cascade.resolutions, stage " + std::to_string(stage);
      check_size("cascade.resolutions", name, sizes[stage]);
    }
    if (job_.cascade.base) check_size("cascade.base", "cascade.base", *job_.cascade.base);
    if (job_.vae.tile && *job_.vae.tile % kTileMultiplePx != 0) {
      fail("vae.tile",
           "vae.tile: " + std::to_string(*job_.vae.tile) + " is not a multiple of 32 pixels.");
    }
  }

  void check_exponents() const {
    check_count("cascade.cosine_scale", job_.cascade.cosine_scale.size());
    check_count("cascade.cosine_scale_bg", job_.cascade.cosine_scale_bg.size());
  }

  void check_count(const std::string& key, std::size_t count) const {
    const std::size_t later_stages = job_.cascade.resolutions.size() - 1;
    if (count == 1 || count == later_stages) return;
    fail(key, key + ": " + std::to_string(count) + " values for " + std::to_string(later_stages) +
                  " stages after the first. Give one value, or one per stage after the first.");
  }

  void check_init() const {
    const auto has_image = [this](const PromptConfig& prompt) {
      return !init_of(job_, prompt).image.empty();
    };
    const bool used = !job_.init.image.empty() ||
                      std::any_of(job_.prompts.begin(), job_.prompts.end(), has_image);
    if (job_.init.strength > 0 && !used) {
      fail("init.strength",
           "init.strength: " + number_text(job_.init.strength) +
               " has no meaning without init.image. Give -i FILE, or leave it out.");
    }
    if (job_.prompts.empty()) check_start("init.image", "", job_.init);
    for (std::size_t k = 0; k < job_.prompts.size(); ++k) {
      const JobConfig::Init init = init_of(job_, job_.prompts[k]);
      const bool own = init != job_.init;
      check_start(own ? "prompt" : "init.image", own ? prompt_name(k) + ", " : "", init);
    }
  }

  void check_start(const std::string& key, const std::string& where,
                   const JobConfig::Init& init) const {
    if (init.strength > 0 && init.image.empty()) {
      fail(key, where + "field \"strength\": " + number_text(init.strength) +
                    " has no meaning without an image. Give the field \"image\" or init.image.");
    }
    if (!init.image.empty() && job_.method.name == JobConfig::MethodName::Direct &&
        init.strength == 0) {
      fail(key, where +
                    "init.image: method.name direct has one stage, which the image would replace. "
                    "Set init.strength above 0, or use method.name freescale.");
    }
  }

  void check_seed() const {
    const auto pictures = static_cast<std::int64_t>(job_.prompts.size()) * job_.images_per_prompt;
    check_room("seed", "seed", job_.seed, pictures);
    for (std::size_t k = 0; k < job_.prompts.size(); ++k) {
      const std::optional<std::int64_t>& own = job_.prompts[k].seed;
      if (own) check_room("prompt", prompt_name(k) + ", seed", *own, job_.images_per_prompt);
    }
  }

  void check_room(const std::string& key, const std::string& name, std::int64_t seed,
                  std::int64_t pictures) const {
    if (seed <= std::numeric_limits<std::int64_t>::max() - pictures) return;
    fail(key, name + ": " + std::to_string(seed) + " leaves no seeds for " +
                  std::to_string(pictures) + " pictures. Use a smaller seed.");
  }

  void warn_of_ignored() {
    if (job_.method.mode != JobConfig::Mode::Official) return;
    if (!origins_.is_default("method.crop_jitter")) {
      warnings_.push_back(
          "method.crop_jitter is ignored in official mode: the program's shift is "
          "an eighth of the crop.");
    }
  }

  void check_names() const {
    const auto leaves = [](const std::string& pattern) {
      return pattern.starts_with('/') || ("/" + pattern + "/").find("/../") != std::string::npos;
    };
    if (leaves(job_.output.pattern)) {
      fail("output.pattern", "output.pattern: \"" + job_.output.pattern +
                                 "\" leaves the run folder. Use a relative path without \"..\".");
    }
    const bool legal = job_.name.find_first_of("/\\\n") == std::string::npos && job_.name != "." &&
                       job_.name != "..";
    if (!legal) {
      fail("name", "name: \"" + job_.name + "\" cannot name a folder. Leave out slashes.");
    }
  }

  void warn_of_quality() {
    const partition::Extent last = job_.cascade.resolutions.back();
    const double exponent = job_.cascade.cosine_scale.back();
    if (std::max(last.rows, last.cols) < kLargeSidePx || exponent <= kLargeSideCosine) return;
    if (job_.method.name != JobConfig::MethodName::FreeScale) return;
    warnings_.push_back("cascade.cosine_scale " + number_text(exponent) + " is high for " +
                        partition::size_text(last) + ": at most 1.0 is advised.");
  }

  const JobConfig& job_;
  const ConfigOrigins& origins_;
  std::vector<std::string> warnings_;
};

}  // namespace

std::vector<std::string> check_job_config(const JobConfig& job, const ConfigOrigins& origins) {
  return Checker(job, origins).check();
}

void check_render_inputs(const JobConfig& job) {
  if (job.prompts.empty()) {
    throw ConfigError(
        "prompt: none is given. Use -p TEXT, --prompts-file FILE, or the key prompt of a config "
        "file.");
  }
  if (job.model.path.empty()) {
    throw ConfigError(
        "model.path: none is given. Use -m FOLDER, or --preset demo for the model that comes with "
        "tessera.");
  }
  if (job.preset != "freescale-imgen") return;
  for (std::size_t k = 0; k < job.prompts.size(); ++k) {
    if (!init_of(job, job.prompts[k]).image.empty()) continue;
    throw ConfigError("init.image: the preset freescale-imgen needs a picture, which " +
                      prompt_name(k) + " lacks. Use -i FILE, or its field \"image\".");
  }
}

}  // namespace tessera::configs
