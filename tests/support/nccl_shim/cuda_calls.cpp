// The CUDA runtime's symbols, over host memory and threads.
#include <cuda_runtime.h>

#include <cstdlib>
#include <cstring>

#include "tests/support/nccl_shim/stream.h"

using tessera::testing::nccl_shim::Mark;

namespace {

template <typename... Pointers>
bool all_there(Pointers... pointers) {
  return ((pointers != nullptr) && ...);
}

}  // namespace

extern "C" {

const char* cudaGetErrorString(cudaError_t error) {
  switch (error) {
    case cudaSuccess:
      return "no error";
    case cudaErrorInvalidValue:
      return "invalid argument";
    case cudaErrorInvalidDevice:
      return "invalid device ordinal";
    case cudaErrorNotReady:
      return "device not ready";
    default:
      return "unrecognized error code";
  }
}

cudaError_t cudaSetDevice(int device) { return device < 0 ? cudaErrorInvalidDevice : cudaSuccess; }

cudaError_t cudaMalloc(void** memory, std::size_t bytes) {
  *memory = std::malloc(bytes);
  return *memory == nullptr ? cudaErrorInvalidValue : cudaSuccess;
}

cudaError_t cudaFree(void* memory) {
  std::free(memory);
  return cudaSuccess;
}

cudaError_t cudaMemcpyAsync(void* to, const void* from, std::size_t bytes, enum cudaMemcpyKind,
                            cudaStream_t stream) {
  if (!all_there(to, from, stream)) return cudaErrorInvalidValue;
  stream->push([=] { std::memcpy(to, from, bytes); });
  return cudaSuccess;
}

cudaError_t cudaStreamCreateWithFlags(cudaStream_t* stream, unsigned int) {
  *stream = new CUstream_st;
  return cudaSuccess;
}

cudaError_t cudaStreamDestroy(cudaStream_t stream) {
  delete stream;
  return cudaSuccess;
}

cudaError_t cudaStreamQuery(cudaStream_t stream) {
  if (!all_there(stream)) return cudaErrorInvalidValue;
  return stream->idle() ? cudaSuccess : cudaErrorNotReady;
}

cudaError_t cudaStreamSynchronize(cudaStream_t stream) {
  if (!all_there(stream)) return cudaErrorInvalidValue;
  stream->drain();
  return cudaSuccess;
}

// Later recordings of the event do not count.
cudaError_t cudaStreamWaitEvent(cudaStream_t stream, cudaEvent_t event, unsigned int) {
  if (!all_there(stream, event)) return cudaErrorInvalidValue;
  if (event->mark) stream->push([mark = event->mark] { mark->wait(); });
  return cudaSuccess;
}

cudaError_t cudaEventCreateWithFlags(cudaEvent_t* event, unsigned int) {
  *event = new CUevent_st;
  return cudaSuccess;
}

cudaError_t cudaEventDestroy(cudaEvent_t event) {
  delete event;
  return cudaSuccess;
}

cudaError_t cudaEventRecord(cudaEvent_t event, cudaStream_t stream) {
  if (!all_there(event, stream)) return cudaErrorInvalidValue;
  event->mark = std::make_shared<Mark>();
  stream->push([mark = event->mark] { mark->reach(); });
  return cudaSuccess;
}

cudaError_t cudaEventQuery(cudaEvent_t event) {
  if (!all_there(event)) return cudaErrorInvalidValue;
  return !event->mark || event->mark->reached() ? cudaSuccess : cudaErrorNotReady;
}

cudaError_t cudaEventElapsedTime(float* milliseconds, cudaEvent_t first, cudaEvent_t last) {
  if (!all_there(first->mark.get(), last->mark.get())) return cudaErrorInvalidValue;
  const auto begin = first->mark->reached();
  const auto end = last->mark->reached();
  if (!begin || !end) return cudaErrorNotReady;
  *milliseconds = std::chrono::duration<float, std::milli>(*end - *begin).count();
  return cudaSuccess;
}

}  // extern "C"
