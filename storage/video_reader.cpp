#include "storage/video_reader.h"

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/pixdesc.h>
#include <libswscale/swscale.h>
}

#include <vector>

#include "storage/av_handle.h"
#include "storage/file_descriptor.h"
#include "storage/raster.h"
#include "storage/storage_error.h"

namespace tessera::storage {
namespace {

std::string name_or_none(const char* name) { return name == nullptr ? "" : name; }

/// An open container and its first stream of pictures.
class Clip {
 public:
  explicit Clip(const std::filesystem::path& path) : path_(path) {
    av_log_set_level(AV_LOG_QUIET);  // messages come back as results
    open_for_reading(path);          // absent or no regular file: with our own words
    AVFormatContext* container = nullptr;
    check(avformat_open_input(&container, av_url(path).c_str(), nullptr, nullptr));
    container_.reset(container);
    check(avformat_find_stream_info(container_.get(), nullptr));
    const int index =
        av_find_best_stream(container_.get(), AVMEDIA_TYPE_VIDEO, -1, -1, &decoder_, 0);
    check(index);
    stream_ = container_->streams[index];
    check_picture_extent(path, {stream_->codecpar->height, stream_->codecpar->width});
    packet_ = av_allocated(AvPacket(av_packet_alloc()));
  }

  void check(int result) const {
    if (result >= 0) return;
    throw DataError(path_.string() + ": not a clip that can be read: FFmpeg: " + av_text(result));
  }

  /// The next packet of the stream, or nullptr at the end.
  AVPacket* next() {
    for (;;) {
      av_packet_unref(packet_.get());
      const int result = av_read_frame(container_.get(), packet_.get());
      if (result == AVERROR_EOF) return nullptr;
      check(result);
      if (packet_->stream_index == stream_->index) return packet_.get();
    }
  }

  const std::filesystem::path& path() const { return path_; }
  const AVFormatContext& container() const { return *container_; }
  const AVStream& stream() const { return *stream_; }
  const AVCodec* decoder() const { return decoder_; }

 private:
  const std::filesystem::path& path_;
  AvInput container_;
  const AVCodec* decoder_ = nullptr;
  AVStream* stream_ = nullptr;  ///< owned by the container
  AvPacket packet_;
};

/// Turns decoded frames of any format into RGB with 8 bits.
class RgbConversion {
 public:
  std::span<const std::uint8_t> operator()(const AVFrame& frame) {
    if (!scaler_) open(frame);
    std::uint8_t* planes[] = {rgb_.data()};
    const int strides[] = {frame.width * 3};
    sws_scale(scaler_.get(), frame.data, frame.linesize, 0, frame.height, planes, strides);
    return rgb_;
  }

 private:
  void open(const AVFrame& frame) {
    scaler_ = av_allocated(
        AvScaler(sws_getContext(frame.width, frame.height, static_cast<AVPixelFormat>(frame.format),
                                frame.width, frame.height, AV_PIX_FMT_RGB24,
                                SWS_BICUBIC | SWS_ACCURATE_RND | SWS_FULL_CHR_H_INT | SWS_BITEXACT,
                                nullptr, nullptr, nullptr)));
    const int* bt709 = sws_getCoefficients(SWS_CS_ITU709);
    const int is_full = frame.color_range == AVCOL_RANGE_JPEG ? 1 : 0;
    // Refused for RGB, which needs none of it.
    sws_setColorspaceDetails(scaler_.get(), bt709, is_full, bt709, 1, 0, 1 << 16, 1 << 16);
    rgb_.resize(static_cast<std::size_t>(frame.width) * static_cast<std::size_t>(frame.height) * 3);
  }

  AvScaler scaler_;
  std::vector<std::uint8_t> rgb_;
};

AvCodec open_decoder(const Clip& clip) {
  AvCodec codec = av_allocated(AvCodec(avcodec_alloc_context3(clip.decoder())));
  clip.check(avcodec_parameters_to_context(codec.get(), clip.stream().codecpar));
  codec->thread_count = 1;
  codec->err_recognition = AV_EF_CRCCHECK | AV_EF_EXPLODE;
  clip.check(avcodec_open2(codec.get(), clip.decoder(), nullptr));
  return codec;
}

}  // namespace

VideoFacts read_video_facts(const std::filesystem::path& path) {
  Clip clip(path);
  const AVCodecParameters& codec = *clip.stream().codecpar;
  VideoFacts facts;
  facts.container = clip.container().iformat->name;
  facts.codec = avcodec_get_name(codec.codec_id);
  facts.pixel_format = name_or_none(av_get_pix_fmt_name(static_cast<AVPixelFormat>(codec.format)));
  facts.color_range = name_or_none(av_color_range_name(codec.color_range));
  facts.color_space = name_or_none(av_color_space_name(codec.color_space));
  facts.color_primaries = name_or_none(av_color_primaries_name(codec.color_primaries));
  facts.color_transfer = name_or_none(av_color_transfer_name(codec.color_trc));
  facts.image = {codec.height, codec.width};
  facts.frames_per_second = av_q2d(clip.stream().avg_frame_rate);
  const AVDictionaryEntry* tag = av_dict_get(clip.container().metadata, "parameters", nullptr, 0);
  if (tag != nullptr) facts.parameters = tag->value;
  while (clip.next() != nullptr) ++facts.frames;
  return facts;
}

std::int64_t read_video_frames(const std::filesystem::path& path,
                               const std::function<void(std::span<const std::uint8_t>)>& use) {
  Clip clip(path);
  const AvCodec codec = open_decoder(clip);
  const AvFrame frame = av_allocated(AvFrame(av_frame_alloc()));
  RgbConversion to_rgb;
  std::int64_t count = 0;
  for (bool is_open = true; is_open;) {
    AVPacket* const packet = clip.next();
    is_open = packet != nullptr;
    clip.check(avcodec_send_packet(codec.get(), packet));
    int result = 0;
    while ((result = avcodec_receive_frame(codec.get(), frame.get())) >= 0) {
      use(to_rgb(*frame));
      ++count;
    }
    if (result != AVERROR(EAGAIN) && result != AVERROR_EOF) clip.check(result);
  }
  return count;
}

}  // namespace tessera::storage
