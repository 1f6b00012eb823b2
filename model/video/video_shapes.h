#pragma once

#include <filesystem>

#include "model/video/video_model_config.h"
#include "model/video/video_tensors.h"

namespace tessera::model {

/// Sizes of a video model as the shapes of its tensors say, with the names of VideoCrafter's files.
///
/// Head width: that of the first temporal transformer, which has 8 heads whatever the widths. Text
/// heads: width / 64, as in OpenCLIP's towers, or 0 where that is no integer. Text layers: all but
/// the last, which does not run. What no shape tells has the values of VideoCrafter2. Compare with
/// video_tensors() to know that everything is there.
/// \param file  for messages.
/// \throws storage::DataError naming the tensor that is missing or of no such form.
VideoModelConfig video_config_of(const TensorShapes& shapes, const std::filesystem::path& file);

}  // namespace tessera::model
