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

/// The transfers of one exchange.
class Transfers {
 public:
  explicit Transfers(comm::Communicator& comm) : comm_(&comm) {}

  /// Fills `target`, whose first row is global row `target_first`, with wanted[me].
  void fill(at::Tensor& target, int target_first, const at::Tensor& x,
            const std::vector<RowRange>& owned, const std::vector<RowRange>& wanted) {
    const auto me = static_cast<std::size_t>(comm_->rank());
    const partition::TransferPlan plan = partition::plan_transfer(owned, wanted, comm_->rank());
    const int own_first = owned[me].begin;
    for (std::int64_t b = 0; b < target.size(0); ++b) {
      for (const partition::RowTransfer& transfer : plan.sends) {
        const RowSpan span = row_span(x, b, own_first, transfer.rows);
        sends_.push_back({transfer.peer, comm::ConstMemorySpan(span.data, span.bytes)});
      }
      for (const partition::RowTransfer& transfer : plan.receives) {
        const RowSpan span = row_span(target, b, target_first, transfer.rows);
        receives_.push_back({transfer.peer, comm::MemorySpan{span.data, span.bytes}});
      }
    }
    for (const RowRange rows : plan.local) {
      target.narrow(2, rows.begin - target_first, rows.rows())
          .copy_(x.narrow(2, rows.begin - own_first, rows.rows()));
    }
  }

  void run() {
    if (comm_->size() > 1) comm_->exchange(sends_, receives_);
  }

 private:
  comm::Communicator* comm_;
  std::vector<comm::Send> sends_;
  std::vector<comm::Receive> receives_;
};

at::Tensor empty_rows(const at::Tensor& x, int rows) {
  return at::empty({x.size(0), x.size(1), rows, x.size(3)}, x.options(),
                   at::MemoryFormat::ChannelsLast);
}

}  // namespace

at::Tensor redistribute_rows(comm::Communicator& comm, const at::Tensor& x_BCHW,
                             const std::vector<RowRange>& owned,
                             const std::vector<RowRange>& wanted) {
  const at::Tensor x = x_BCHW.contiguous(at::MemoryFormat::ChannelsLast);
  const RowRange mine = wanted[static_cast<std::size_t>(comm.rank())];
  at::Tensor target = empty_rows(x, mine.rows());
  Transfers transfers(comm);
  transfers.fill(target, mine.begin, x, owned, wanted);
  transfers.run();
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
  at::Tensor target = empty_rows(x, own.rows() + above + below);
  const int first = own.begin - above;
  const RowRange held = wanted[static_cast<std::size_t>(comm.rank())];
  target.narrow(2, 0, held.begin - first).zero_();
  target.narrow(2, held.end - first, target.size(2) - (held.end - first)).zero_();
  Transfers transfers(comm);
  transfers.fill(target, first, x, owned, wanted);
  transfers.run();
  return target;
}

HaloRows halo_rows(comm::Communicator& comm, const at::Tensor& x_BCHW,
                   const std::vector<RowRange>& owned, int reach, int total_rows) {
  const at::Tensor x = x_BCHW.contiguous(at::MemoryFormat::ChannelsLast);
  std::vector<RowRange> above;
  std::vector<RowRange> below;
  for (const RowRange rows : owned) {
    const RowRange held = partition::with_halo(rows, reach, reach, total_rows);
    above.push_back({held.begin, rows.begin});
    below.push_back({rows.end, held.end});
  }
  const auto me = static_cast<std::size_t>(comm.rank());
  HaloRows halo{empty_rows(x, above[me].rows()), empty_rows(x, below[me].rows())};
  Transfers transfers(comm);
  transfers.fill(halo.above_BCHW, above[me].begin, x, owned, above);
  transfers.fill(halo.below_BCHW, below[me].begin, x, owned, below);
  transfers.run();
  return halo;
}

}  // namespace tessera::worker
