// The substitute library itself: it must be able to show a mistake.
#include <cuda_runtime.h>
#include <gtest/gtest.h>
#include <nccl.h>

#include <chrono>
#include <future>

#include "tests/comm/byte_pattern.h"
#include "tests/support/nccl_shim/faults.h"
#include "tests/support/nccl_shim/stream.h"

namespace tessera::testing {
namespace {

class ShimStreams : public ::testing::Test {
 protected:
  ShimStreams() {
    cudaStreamCreateWithFlags(&producer_, cudaStreamNonBlocking);
    cudaStreamCreateWithFlags(&consumer_, cudaStreamNonBlocking);
    cudaEventCreateWithFlags(&event_, cudaEventDefault);
  }
  ~ShimStreams() override {
    cudaStreamDestroy(producer_);
    cudaStreamDestroy(consumer_);
    cudaEventDestroy(event_);
  }

  /// Fills made_ on one stream once open() was called.
  void produce() {
    producer_->push([gate = gate_.get_future().share()] { gate.wait(); });
    cudaMemcpyAsync(made_.data(), source_.data(), made_.size(), cudaMemcpyDeviceToDevice,
                    producer_);
  }
  void open() { gate_.set_value(); }
  /// Reads made_ on the other.
  void consume() {
    cudaMemcpyAsync(seen_.data(), made_.data(), seen_.size(), cudaMemcpyDeviceToDevice, consumer_);
  }

  Bytes source_ = pattern(1, 1, 100), made_ = Bytes(100), seen_ = Bytes(100);
  std::promise<void> gate_;
  cudaStream_t producer_ = nullptr, consumer_ = nullptr;
  cudaEvent_t event_ = nullptr;
};

TEST_F(ShimStreams, AMissingWaitShowsInTheData) {
  produce();
  cudaStreamWaitEvent(consumer_, event_, 0);  // never recorded: no wait
  consume();
  cudaStreamSynchronize(consumer_);
  EXPECT_EQ(seen_, Bytes(100));
  open();
  cudaStreamSynchronize(producer_);
  EXPECT_EQ(made_, source_);
}

TEST_F(ShimStreams, AWaitOrdersTheStreams) {
  produce();
  cudaEventRecord(event_, producer_);
  cudaStreamWaitEvent(consumer_, event_, 0);
  consume();
  EXPECT_EQ(cudaEventQuery(event_), cudaErrorNotReady);
  EXPECT_EQ(cudaStreamQuery(consumer_), cudaErrorNotReady);
  open();
  cudaStreamSynchronize(consumer_);
  EXPECT_EQ(seen_, source_);
  EXPECT_EQ(cudaEventQuery(event_), cudaSuccess);
}

class ShimCommunicator : public ::testing::Test {
 protected:
  ShimCommunicator() { cudaStreamCreateWithFlags(&stream_, cudaStreamNonBlocking); }
  ~ShimCommunicator() override { cudaStreamDestroy(stream_); }

  ncclComm_t alone() {
    ncclUniqueId id;
    ncclGetUniqueId(&id);
    ncclConfig_t config = NCCL_CONFIG_INITIALIZER;
    config.blocking = 0;
    ncclComm_t comm = nullptr;
    EXPECT_EQ(ncclCommInitRankConfig(&comm, 1, id, 0, &config), ncclInProgress);
    return comm;
  }

  cudaStream_t stream_ = nullptr;
};

TEST_F(ShimCommunicator, BlockingOnesAreRefused) {
  ncclUniqueId id;
  ncclGetUniqueId(&id);
  ncclConfig_t config = NCCL_CONFIG_INITIALIZER;
  ncclComm_t comm = nullptr;
  EXPECT_EQ(ncclCommInitRankConfig(&comm, 1, id, 0, &config), ncclInvalidUsage);
}

TEST_F(ShimCommunicator, IsOfNoUseBeforeItIsPolled) {
  ncclComm_t comm = alone();
  char bytes[2] = {1, 0};
  EXPECT_EQ(ncclAllGather(bytes, bytes + 1, 1, ncclUint8, comm, stream_), ncclInvalidUsage);
  ncclResult_t state = ncclInProgress;
  EXPECT_EQ(ncclCommGetAsyncError(comm, &state), ncclSuccess);
  EXPECT_EQ(state, ncclSuccess);
  EXPECT_EQ(ncclAllGather(bytes, bytes + 1, 1, ncclUint8, comm, stream_), ncclSuccess);
  cudaStreamSynchronize(stream_);
  EXPECT_EQ(bytes[1], 1);
  ncclCommDestroy(comm);
}

TEST_F(ShimCommunicator, AnOperationInProgressHasNotReachedItsStream) {
  ncclComm_t comm = alone();
  ncclResult_t state = ncclInProgress;
  ncclCommGetAsyncError(comm, &state);
  const nccl_shim::InjectedFaults faults({.in_progress_polls = 1});
  char bytes[2] = {1, 0};
  EXPECT_EQ(ncclAllGather(bytes, bytes + 1, 1, ncclUint8, comm, stream_), ncclInProgress);
  cudaStreamSynchronize(stream_);
  EXPECT_EQ(bytes[1], 0);
  ncclCommGetAsyncError(comm, &state);
  EXPECT_EQ(state, ncclInProgress);
  ncclCommGetAsyncError(comm, &state);
  EXPECT_EQ(state, ncclSuccess);
  cudaStreamSynchronize(stream_);
  EXPECT_EQ(bytes[1], 1);
  ncclCommDestroy(comm);
}

/// Two ranks of one communicator in one thread; the stream of rank 0 waits for open().
class ShimPair : public ::testing::Test {
 protected:
  ShimPair() {
    ncclUniqueId id;
    ncclGetUniqueId(&id);
    ncclConfig_t config = NCCL_CONFIG_INITIALIZER;
    config.blocking = 0;
    for (int rank = 0; rank < 2; ++rank) {
      cudaStreamCreateWithFlags(&streams_[rank], cudaStreamNonBlocking);
      ncclCommInitRankConfig(&comms_[rank], 2, id, rank, &config);
    }
    ncclResult_t state = ncclInProgress;
    for (const ncclComm_t comm : comms_) ncclCommGetAsyncError(comm, &state);
    streams_[0]->push([gate = gate_.get_future().share()] { gate.wait(); });
  }
  ~ShimPair() override {
    for (const cudaStream_t stream : streams_) cudaStreamDestroy(stream);
  }

  /// Rank 0 gives up before its stream has come to what it issued; its peer is in the middle of it.
  void abort_rank_0() {
    ncclCommAbort(comms_[0]);
    EXPECT_FALSE(streams_[1]->drain_within(std::chrono::milliseconds(50)));
    gate_.set_value();
    cudaStreamSynchronize(streams_[0]);
    ncclCommAbort(comms_[1]);
    cudaStreamSynchronize(streams_[1]);
    EXPECT_EQ(here_, Bytes(8));
    EXPECT_EQ(there_, Bytes(8));
  }

  Bytes source_ = pattern(1, 1, 4), here_ = Bytes(8), there_ = Bytes(8);
  std::promise<void> gate_;
  cudaStream_t streams_[2] = {};
  ncclComm_t comms_[2] = {};
};

TEST_F(ShimPair, AGatherThatComesAfterTheAbortTouchesNoMemory) {
  ncclAllGather(source_.data(), here_.data(), 4, ncclUint8, comms_[0], streams_[0]);
  ncclAllGather(source_.data(), there_.data(), 4, ncclUint8, comms_[1], streams_[1]);
  abort_rank_0();
}

TEST_F(ShimPair, ATransferThatComesAfterTheAbortTouchesNoMemory) {
  ncclRecv(here_.data(), 4, ncclUint8, 1, comms_[0], streams_[0]);
  ncclSend(source_.data(), 4, ncclUint8, 0, comms_[1], streams_[1]);
  abort_rank_0();
}

}  // namespace
}  // namespace tessera::testing
