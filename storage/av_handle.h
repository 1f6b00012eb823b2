#pragma once

#include <filesystem>
#include <memory>
#include <new>
#include <string>

struct AVCodecContext;
struct AVFormatContext;
struct AVFrame;
struct AVPacket;
struct SwsContext;

namespace tessera::storage {

/// Frees what FFmpeg's libraries allocate.
struct AvFree {
  void operator()(AVCodecContext* codec) const;
  void operator()(AVFrame* frame) const;
  void operator()(AVPacket* packet) const;
  void operator()(SwsContext* scaler) const;
};
struct AvCloseOutput {
  void operator()(AVFormatContext* container) const;
};
struct AvCloseInput {
  void operator()(AVFormatContext* container) const;
};

using AvCodec = std::unique_ptr<AVCodecContext, AvFree>;
using AvFrame = std::unique_ptr<AVFrame, AvFree>;
using AvPacket = std::unique_ptr<AVPacket, AvFree>;
using AvScaler = std::unique_ptr<SwsContext, AvFree>;
using AvOutput = std::unique_ptr<AVFormatContext, AvCloseOutput>;
using AvInput = std::unique_ptr<AVFormatContext, AvCloseInput>;

/// A file as FFmpeg names it: a path with a colon is no protocol.
std::string av_url(const std::filesystem::path& path);
/// What FFmpeg says of a negative result.
std::string av_text(int code);
/// `handle`, or std::bad_alloc for none.
template <typename Handle>
Handle av_allocated(Handle handle) {
  if (!handle) throw std::bad_alloc();
  return handle;
}

}  // namespace tessera::storage
