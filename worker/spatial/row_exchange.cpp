#include "worker/spatial/row_exchange.h"

#include <ATen/ATen.h>

#include "partition/row_transfer.h"
#include "worker/spatial/tensor_bytes.h"

namespace tessera::worker {

using partition::RowRange;

namespace {

/// Rows of one batch element of a channels-last map: contiguous.
struct RowSpan {
  std::byte* data;
  std::size_t bytes;
};

RowSpan row_span(const at::Tensor& x, std::int64_t b, int first_row, RowRange rows) {
  const std::size_t row_bytes = static_cast<std::size_t>(x.size(3) * x.size(1)) * x.element_size();
  const auto offset = static_cast<std::size_t>(b * x.size(2) + rows.begin - first_row) * row_bytes;
  auto* const data = static_cast<std::byte*>(x.data_ptr());
  return {data + offset, static_cast<std::size_t>(rows.rows()) * row_bytes};
}

/// Fills `target`, whose first row is global row `target_first`, with wanted[me].
void move_rows(comm::Communicator& comm, const at::Tensor& x, const std::vector<RowRange>& owned,
               const std::vector<RowRange>& wanted, at::Tensor& target, int target_first) {
  const int me = comm.rank();
  const partition::TransferPlan plan = partition::plan_transfer(owned, wanted, me);
  const int own_first = owned[static_cast<std::size_t>(me)].begin;
  std::vector<comm::Send> sends;
  std::vector<comm::Receive> receives;
  for (std::int64_t b = 0; b < target.size(0); ++b) {
    for (const partition::RowTransfer& transfer : plan.sends) {
      const RowSpan span = row_span(x, b, own_first, transfer.rows);
      sends.push_back({transfer.peer, comm::ConstMemorySpan(span.data, span.bytes)});
    }
    for (const partition::RowTransfer& transfer : plan.receives) {
      const RowSpan span = row_span(target, b, target_first, transfer.rows);
      receives.push_back({transfer.peer, comm::MemorySpan{span.data, span.bytes}});
    }
  }
  for (const RowRange rows : plan.local) {
    target.narrow(2, rows.begin - target_first, rows.rows())
        .copy_(x.narrow(2, rows.begin - own_first, rows.rows()));
  }
  if (comm.size() > 1) comm.exchange(sends, receives);
}

}  // namespace

at::Tensor redistribute_rows(comm::Communicator& comm, const at::Tensor& x_BCHW,
                             const std::vector<RowRange>& owned,
                             const std::vector<RowRange>& wanted) {
  const at::Tensor x = x_BCHW.contiguous(at::MemoryFormat::ChannelsLast);
  const RowRange mine = wanted[static_cast<std::size_t>(comm.rank())];
  at::Tensor target = at::empty({x.size(0), x.size(1), mine.rows(), x.size(3)}, x.options(),
                                at::MemoryFormat::ChannelsLast);
  move_rows(comm, x, owned, wanted, target, mine.begin);
  return target;
}

at::Tensor add_halo_rows(comm::Communicator& comm, const at::Tensor& x_BCHW,
                         const std::vector<RowRange>& owned, int above, int below, int total_rows) {
  const at::Tensor x = x_BCHW.contiguous(at::MemoryFormat::ChannelsLast);
  const RowRange own = owned[static_cast<std::size_t>(comm.rank())];
  std::vector<RowRange> wanted;
  wanted.reserve(owned.size());
  for (const RowRange rows : owned) {
    wanted.push_back(partition::with_halo(rows, above, below, total_rows));
  }
  at::Tensor target = at::empty({x.size(0), x.size(1), own.rows() + above + below, x.size(3)},
                                x.options(), at::MemoryFormat::ChannelsLast);
  const int first = own.begin - above;
  const RowRange held = wanted[static_cast<std::size_t>(comm.rank())];
  target.narrow(2, 0, held.begin - first).zero_();
  target.narrow(2, held.end - first, target.size(2) - (held.end - first)).zero_();
  move_rows(comm, x, owned, wanted, target, first);
  return target;
}

}  // namespace tessera::worker
