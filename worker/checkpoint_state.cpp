#include "worker/checkpoint_state.h"

#include <ATen/ATen.h>

#include <algorithm>

#include "partition/size_text.h"
#include "storage/storage_error.h"
#include "worker/spatial/row_exchange.h"

namespace tessera::worker {

using partition::RowRange;

storage::CheckpointArray gather_canvas(const StageGroups& groups, const StagePlan& plan,
                                       const at::Tensor& strip) {
  if (!strip.defined()) return {};  // this rank holds no rows, and sends none
  const std::vector<RowRange> owned = groups.strip_rows_of_half(plan.stage, 0);
  std::vector<RowRange> wanted(owned.size());
  wanted[0] = {0, plan.latent.rows};
  const at::Tensor whole =
      redistribute_rows(groups.rows(), strip.to(at::kCPU, at::kFloat), owned, wanted);
  if (groups.rows().rank() != 0) return {};
  const at::Tensor rows = whole.contiguous();
  const auto* const values = rows.const_data_ptr<float>();
  return {rows.sizes().vec(), {values, values + rows.numel()}};
}

at::Tensor canvas_rows(const storage::CheckpointArray& canvas, const StagePlan& plan, RowRange rows,
                       int frames) {
  const std::vector<std::int64_t> expected{frames, 4, plan.latent.rows, plan.latent.cols};
  if (canvas.shape != expected) {
    throw storage::DataError("the checkpoint's latents of stage " + std::to_string(plan.stage) +
                             " do not have the shape of the stage, " + std::to_string(frames) +
                             " x 4 x " + partition::size_text(plan.latent) + ".");
  }
  at::Tensor whole = at::empty(expected, at::kFloat);
  std::copy(canvas.values.begin(), canvas.values.end(), whole.mutable_data_ptr<float>());
  return whole.narrow(2, rows.begin, rows.rows()).contiguous();
}

}  // namespace tessera::worker
