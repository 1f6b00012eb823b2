#include "tests/support/nccl_ranks.h"

#include <chrono>
#include <stdexcept>
#include <utility>

#include "comm/nccl_communicator.h"
#include "tests/support/nccl_shim/stream.h"

namespace tessera::testing {
namespace {

using namespace std::chrono_literals;
using comm::ConstMemorySpan;
using comm::MemorySpan;

class Stream {
 public:
  Stream() { cudaStreamCreateWithFlags(&stream_, cudaStreamNonBlocking); }
  ~Stream() { cudaStreamDestroy(stream_); }
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;
  cudaStream_t get() const { return stream_; }

 private:
  cudaStream_t stream_ = nullptr;
};

RankProgram with_nccl(const NcclProgram& program, const NcclRunOptions& options) {
  return [&program, &options](comm::Communicator& control) {
    const Stream compute;
    const auto deadline = std::make_shared<comm::DeadlineSource>(options.deadline);
    const auto device = comm::make_nccl_ranks(control, {0, compute.get()}, {deadline, nullptr});
    control.barrier();  // a fault of one rank's program finds no other one still setting NCCL up
    NcclRank rank{control, *device, compute.get(), *deadline};
    program(rank);
  };
}

// Not cudaStreamSynchronize: a test whose peer failed would never end. Not by polling: many ranks
// on few cores would take the time of the streams that they wait for.
void wait_for(cudaStream_t stream) {
  if (!stream->drain_within(60s)) throw std::runtime_error("stream is stuck");
}

class HostVisible final : public comm::Communicator {
 public:
  HostVisible(std::unique_ptr<comm::Communicator> owned, comm::Communicator& device,
              cudaStream_t compute)
      : owned_(std::move(owned)), device_(&device), compute_(compute) {}

  int rank() const override { return device_->rank(); }
  int size() const override { return device_->size(); }
  comm::TrafficCounters traffic() const override { return device_->traffic(); }
  void barrier() override { device_->barrier(); }
  void broadcast(MemorySpan data, int root) override {
    device_->broadcast(data, root);
    wait_for(compute_);
  }
  void all_gather(ConstMemorySpan mine, MemorySpan all) override {
    device_->all_gather(mine, all);
    wait_for(compute_);
  }
  void gather(ConstMemorySpan mine, std::span<const MemorySpan> all, int root) override {
    device_->gather(mine, all, root);
    wait_for(compute_);
  }
  void exchange(std::span<const comm::Send> sends,
                std::span<const comm::Receive> receives) override {
    device_->exchange(sends, receives);
    wait_for(compute_);
  }
  std::unique_ptr<comm::Communicator> split(int color, int order) override {
    auto part = device_->split(color, order);
    if (!part) return nullptr;
    comm::Communicator& device = *part;
    return std::make_unique<HostVisible>(std::move(part), device, compute_);
  }

 private:
  std::unique_ptr<comm::Communicator> owned_;
  comm::Communicator* device_;
  cudaStream_t compute_;
};

}  // namespace

void run_nccl_ranks(int ranks, const NcclProgram& program, const NcclRunOptions& options) {
  run_ranks(ranks, with_nccl(program, options), {.set_up = options.set_up});
}

std::vector<std::exception_ptr> errors_of_nccl_ranks(int ranks, const NcclProgram& program,
                                                     const NcclRunOptions& options) {
  return errors_of_ranks(ranks, with_nccl(program, options), {.set_up = options.set_up});
}

std::unique_ptr<comm::Communicator> host_visible(comm::Communicator& device, cudaStream_t compute) {
  return std::make_unique<HostVisible>(nullptr, device, compute);
}

}  // namespace tessera::testing
