#include "launch/initial_inputs.h"

#include <algorithm>
#include <cstdlib>
#include <map>
#include <tuple>

#include "configs/prompt_init.h"
#include "partition/size_text.h"
#include "storage/image_reader.h"
#include "storage/storage_error.h"

namespace tessera::launch {
namespace {

using configs::JobConfig;
using partition::Extent;
using partition::size_text;

constexpr int kSideMultiple = 64;  // pixels

Extent first_stage(const JobConfig& job) { return job.cascade.resolutions.front(); }

/// Initial image and mask of some prompts, and what messages call them.
struct Named {
  JobConfig::Init init;
  std::string image;  ///< "init.image" or "prompt 3, field \"image\""
  std::string mask;
};

Named named(const JobConfig& job, std::size_t index) {
  const configs::PromptConfig& prompt = job.prompts[index];
  const std::string own = configs::prompt_name(index) + ", field ";
  return {configs::init_of(job, prompt), prompt.image ? own + "\"image\"" : "init.image",
          prompt.mask ? own + "\"mask\"" : "init.mask"};
}

Extent read_image(const JobConfig& job, const Named& start) {
  const Extent image = storage::read_image(start.init.image).extent;
  const std::string found =
      start.image + ": " + start.init.image + " is " + size_text(image) + " (height x width)";
  if (start.init.strength == 0) {
    if (image.rows % kSideMultiple == 0 && image.cols % kSideMultiple == 0) return image;
    throw storage::DataError(found +
                             ". It is the picture of the first stage, so its sides must be "
                             "multiples of 64 pixels: resize it.");
  }
  if (image == first_stage(job)) return image;
  throw storage::DataError(found + ", but the first stage is " + size_text(first_stage(job)) +
                           ". Resize it, or change cascade.resolutions.");
}

/// Whether a mask is a picture's, larger or smaller: equal aspects but for the rounding of a side.
bool same_aspect(Extent a, Extent b) {
  const std::int64_t across = static_cast<std::int64_t>(a.rows) * b.cols;
  const std::int64_t along = static_cast<std::int64_t>(b.rows) * a.cols;
  return std::abs(across - along) <= std::max(b.rows, b.cols);
}

void check_mask(const JobConfig& job, const Named& start, Extent picture,
                std::vector<std::string>& warnings) {
  const Extent mask = storage::read_mask(start.init.mask).extent;
  if (same_aspect(mask, picture)) return;
  const std::string told = start.mask + ": " + start.init.mask + " is " + size_text(mask) +
                           " (height x width), another aspect than the picture's " +
                           size_text(picture);
  if (job.method.mode != JobConfig::Mode::Official) {
    throw storage::DataError(told + ". Draw it on the picture, at any size of its aspect.");
  }
  warnings.push_back(told + "; it is stretched, as the released program does.");
}

/// The size of the initial image, or empty.
Extent read_start(const JobConfig& job, const Named& start, std::vector<std::string>& warnings) {
  Extent image;
  if (!start.init.image.empty()) image = read_image(job, start);
  if (!start.init.mask.empty()) {
    check_mask(job, start, image.area() > 0 ? image : first_stage(job), warnings);
  }
  return image;
}

}  // namespace

InitialInputs read_initial_inputs(const JobConfig& job) {
  InitialInputs inputs;
  std::map<std::tuple<std::string, std::string, double>, Extent> known;
  for (std::size_t k = 0; k < job.prompts.size(); ++k) {
    const Named start = named(job, k);
    const std::tuple files{start.init.image, start.init.mask, start.init.strength};
    auto found = known.find(files);
    if (found == known.end()) {
      found = known.emplace(files, read_start(job, start, inputs.warnings)).first;
    }
    inputs.images.push_back(found->second);
  }
  return inputs;
}

}  // namespace tessera::launch
