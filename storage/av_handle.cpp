#include "storage/av_handle.h"

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libswscale/swscale.h>
}

#include <array>

namespace tessera::storage {

void AvFree::operator()(AVCodecContext* codec) const { avcodec_free_context(&codec); }
void AvFree::operator()(AVFrame* frame) const { av_frame_free(&frame); }
void AvFree::operator()(AVPacket* packet) const { av_packet_free(&packet); }
void AvFree::operator()(SwsContext* scaler) const { sws_freeContext(scaler); }

void AvCloseOutput::operator()(AVFormatContext* container) const {
  avio_closep(&container->pb);
  avformat_free_context(container);
}

void AvCloseInput::operator()(AVFormatContext* container) const {
  avformat_close_input(&container);
}

std::string av_url(const std::filesystem::path& path) { return "file:" + path.string(); }

std::string av_text(int code) {
  std::array<char, AV_ERROR_MAX_STRING_SIZE> text = {};
  av_strerror(code, text.data(), text.size());
  return text.data();
}

}  // namespace tessera::storage
