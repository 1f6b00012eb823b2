#pragma once

#include <cuda_runtime.h>
#include <nccl.h>

#include <string>
#include <utility>

#include "comm/rank_error.h"

namespace tessera::comm {

/// Owners of what NCCL and the CUDA runtime hand out. The only header that shows the two: sources
/// include it, and headers that only such sources include.

/// \throws RankError with the runtime's own text.
inline void check_cuda(cudaError_t code, const char* call) {
  if (code != cudaSuccess) throw RankError(call, -1, 0, cudaGetErrorString(code));
}

/// What NCCL says of `code`, with its last message. \param comm  may be null.
inline std::string nccl_error_text(ncclResult_t code, ncclComm_t comm) {
  const char* const last = ncclGetLastError(comm);
  std::string text = ncclGetErrorString(code);
  if (last != nullptr && *last != '\0') text += std::string(": ") + last;
  return text;
}

/// A stream that does not wait for the default one.
class CudaStream {
 public:
  CudaStream() {
    check_cuda(cudaStreamCreateWithFlags(&stream_, cudaStreamNonBlocking), "cudaStreamCreate");
  }
  ~CudaStream() { cudaStreamDestroy(stream_); }
  CudaStream(const CudaStream&) = delete;
  CudaStream& operator=(const CudaStream&) = delete;

  cudaStream_t get() const { return stream_; }

 private:
  cudaStream_t stream_ = nullptr;
};

/// A mark in a stream, with the time at which the stream reached it.
class CudaEvent {
 public:
  CudaEvent() {
    check_cuda(cudaEventCreateWithFlags(&event_, cudaEventDefault), "cudaEventCreate");
  }
  ~CudaEvent() { cudaEventDestroy(event_); }
  CudaEvent(const CudaEvent&) = delete;
  CudaEvent& operator=(const CudaEvent&) = delete;

  cudaEvent_t get() const { return event_; }

 private:
  cudaEvent_t event_ = nullptr;
};

/// Memory of the current device.
class DeviceBuffer {
 public:
  explicit DeviceBuffer(std::size_t bytes) {
    void* memory = nullptr;
    check_cuda(cudaMalloc(&memory, bytes), "cudaMalloc");
    data_ = static_cast<std::byte*>(memory);
  }
  ~DeviceBuffer() { cudaFree(data_); }
  DeviceBuffer(const DeviceBuffer&) = delete;
  DeviceBuffer& operator=(const DeviceBuffer&) = delete;

  std::byte* get() const { return data_; }

 private:
  std::byte* data_ = nullptr;
};

/// One communicator of NCCL. Unless it was released it is cancelled, which never waits for peers.
class NcclHandle {
 public:
  NcclHandle() = default;
  ~NcclHandle() { cancel(); }
  NcclHandle(const NcclHandle&) = delete;
  NcclHandle& operator=(const NcclHandle&) = delete;

  ncclComm_t get() const { return comm_; }
  /// Where NCCL writes a communicator that it makes.
  ncclComm_t* out() { return &comm_; }
  /// The caller destroys it.
  ncclComm_t release() { return std::exchange(comm_, nullptr); }
  void cancel() {
    if (comm_ != nullptr) ncclCommAbort(release());
  }

 private:
  ncclComm_t comm_ = nullptr;
};

}  // namespace tessera::comm
