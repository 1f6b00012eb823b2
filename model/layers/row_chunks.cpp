#include "model/layers/row_chunks.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <c10/core/InferenceMode.h>

#include <algorithm>

namespace tessera::model {

void for_row_chunks(std::int64_t count, std::int64_t chunk,
                    const std::function<void(std::int64_t begin, std::int64_t end)>& work) {
  const std::int64_t chunks = (count + chunk - 1) / chunk;
  at::parallel_for(0, chunks, 1, [&](std::int64_t first, std::int64_t last) {
    const c10::InferenceMode inference;  // thread-local: pool threads start without it
    for (std::int64_t index = first; index < last; ++index) {
      work(index * chunk, std::min(count, (index + 1) * chunk));
    }
  });
}

}  // namespace tessera::model
