#include "model/layers/row_chunks.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <c10/core/InferenceMode.h>

#include <algorithm>
#include <atomic>

#include "model/layers/one_thread.h"

namespace tessera::model {

void for_row_chunks(std::int64_t count, std::int64_t chunk,
                    const std::function<void(std::int64_t begin, std::int64_t end)>& work) {
  const std::int64_t chunks = (count + chunk - 1) / chunk;
  const std::int64_t threads = std::min<std::int64_t>(at::get_num_threads(), chunks);
  // Threads take the next chunk when they are free: one that is held up delays no other.
  std::atomic<std::int64_t> next{0};
  at::parallel_for(0, threads, 1, [&](std::int64_t, std::int64_t) {
    const c10::InferenceMode inference;  // thread-local: pool threads start without it
    // oneDNN chooses kernels, and so the order of sums, by the number of threads that it may use.
    const OneThread kernels;
    for (std::int64_t index = next++; index < chunks; index = next++) {
      work(index * chunk, std::min(count, (index + 1) * chunk));
    }
  });
}

}  // namespace tessera::model
