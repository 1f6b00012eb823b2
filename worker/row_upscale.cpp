#include "worker/row_upscale.h"

#include "model/sampling/bicubic_upscale.h"
#include "worker/spatial/row_exchange.h"

namespace tessera::worker {

using partition::RowRange;

at::Tensor upscale_rows(comm::Communicator& comm, const at::Tensor& map_BCHW,
                        const SpreadRows& source, const SpreadRows& target) {
  std::vector<RowRange> wanted;
  for (const RowRange rows : target.of_member) {
    wanted.push_back(model::bicubic_source_rows(rows, source.map.rows, target.map.rows));
  }
  const auto me = static_cast<std::size_t>(comm.rank());
  const at::Tensor held = redistribute_rows(comm, map_BCHW, source.of_member, wanted);
  return model::bicubic_rows(held, wanted[me], source.map, target.of_member[me], target.map);
}

}  // namespace tessera::worker
