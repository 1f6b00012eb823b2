#include "launch/initial_inputs.h"

#include <algorithm>
#include <cstdlib>

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

Extent read_image(const JobConfig& job) {
  const Extent image = storage::read_image(job.init.image).extent;
  const std::string found =
      "init.image: " + job.init.image + " is " + size_text(image) + " (height x width)";
  if (job.init.strength == 0) {
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

void check_mask(const JobConfig& job, Extent picture, InitialInputs& inputs) {
  const Extent mask = storage::read_mask(job.init.mask).extent;
  if (same_aspect(mask, picture)) return;
  const std::string told = "init.mask: " + job.init.mask + " is " + size_text(mask) +
                           " (height x width), another aspect than the picture's " +
                           size_text(picture);
  if (job.method.mode != JobConfig::Mode::Official) {
    throw storage::DataError(told + ". Draw it on the picture, at any size of its aspect.");
  }
  inputs.warnings.push_back(told + "; it is stretched, as the released program does.");
}

}  // namespace

InitialInputs read_initial_inputs(const JobConfig& job) {
  InitialInputs inputs;
  if (!job.init.image.empty()) inputs.image = read_image(job);
  if (!job.init.mask.empty()) {
    check_mask(job, inputs.image.area() > 0 ? inputs.image : first_stage(job), inputs);
  }
  return inputs;
}

}  // namespace tessera::launch
