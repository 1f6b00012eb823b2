#pragma once

#include <cstdint>
#include <functional>

namespace tessera::model {

/// Calls `work(begin, end)` for consecutive chunks of at most `chunk` of `count` rows, spread over
/// the threads of this rank. Chunks depend on the arguments alone, never on the thread count;
/// inside `work` tensor operations run single-threaded and without autograd.
void for_row_chunks(std::int64_t count, std::int64_t chunk,
                    const std::function<void(std::int64_t begin, std::int64_t end)>& work);

}  // namespace tessera::model
