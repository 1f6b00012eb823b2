#include "worker/picture_rows.h"

#include <ATen/ATen.h>

#include <algorithm>

#include "worker/spatial/tensor_bytes.h"

namespace tessera::worker {

using partition::RowRange;

namespace {

constexpr int kBandRows = 64;

/// Who holds which rows, from the top.
std::vector<int> owners_from_top(const std::vector<RowRange>& owned) {
  std::vector<int> ranks;
  for (std::size_t rank = 0; rank < owned.size(); ++rank) {
    if (!owned[rank].empty()) ranks.push_back(static_cast<int>(rank));
  }
  std::sort(ranks.begin(), ranks.end(), [&](int a, int b) {
    return owned[static_cast<std::size_t>(a)].begin < owned[static_cast<std::size_t>(b)].begin;
  });
  return ranks;
}

at::Tensor to_pixels(const at::Tensor& rows_13HW) {
  return (rows_13HW * 0.5 + 0.5).clamp(0, 1).permute({0, 2, 3, 1}).contiguous();
}

}  // namespace

void stream_picture(comm::Communicator& comm, const at::Tensor& image,
                    const std::vector<RowRange>& owned, PicturePlace place,
                    const PictureRows& deliver) {
  const int me = comm.rank();
  const auto cols = static_cast<int>(image.size(3));
  for (const int owner : owners_from_top(owned)) {
    if (me != 0 && me != owner) continue;
    const RowRange held = owned[static_cast<std::size_t>(owner)];
    for (int begin = held.begin; begin < held.end; begin += kBandRows) {
      const int rows = std::min(kBandRows, held.end - begin);
      at::Tensor pixels;
      if (me == owner) pixels = to_pixels(image.narrow(2, begin - held.begin, rows));
      if (me != owner) pixels = at::empty({1, rows, cols, 3}, at::kFloat);
      if (owner != 0) {
        const comm::Send send{0, bytes_of(pixels)};
        const comm::Receive receive{owner, mutable_bytes_of(pixels)};
        if (me == owner) comm.exchange({&send, 1}, {});
        if (me == 0) comm.exchange({}, {&receive, 1});
      }
      if (me == 0) {
        deliver(place.item, place.stage,
                {begin,
                 rows,
                 cols,
                 {pixels.const_data_ptr<float>(), static_cast<std::size_t>(pixels.numel())},
                 place.frame});
      }
    }
  }
}

}  // namespace tessera::worker
