#include "storage/video_encoder.h"

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/opt.h>
#include <libswscale/swscale.h>
}

#include <stdexcept>
#include <string>
#include <utility>

#include "partition/size_text.h"
#include "storage/atomic_file.h"
#include "storage/av_handle.h"
#include "storage/storage_error.h"

namespace tessera::storage {
namespace {

constexpr int kChannels = 3;

/// The path, after checking that the format can have such a clip.
const std::filesystem::path& checked(const std::filesystem::path& path, const VideoForm& form) {
  const auto refuse = [&](const std::string& what) {
    throw std::invalid_argument(path.string() + ": " + what);
  };
  const partition::Extent image = form.image;
  if (image.rows <= 0 || image.cols <= 0) refuse("a clip of " + partition::size_text(image));
  const bool is_even = image.rows % 2 == 0 && image.cols % 2 == 0;
  if (form.format == VideoFormat::Mp4 && !is_even) {
    refuse("a clip of " + partition::size_text(image) + ", but sides of an mp4 are even");
  }
  if (form.frames_per_second < 1) {
    refuse(std::to_string(form.frames_per_second) + " frames per second");
  }
  return path;
}

/// The tags of colours and the settings of each format.
void describe(AVCodecContext& codec, const VideoForm& form) {
  codec.width = form.image.cols;
  codec.height = form.image.rows;
  codec.time_base = {1, form.frames_per_second};
  codec.framerate = {form.frames_per_second, 1};
  codec.sample_aspect_ratio = {1, 1};
  codec.thread_count = 1;  // the bytes do not depend on the machine
  codec.flags |= AV_CODEC_FLAG_BITEXACT;
  codec.color_primaries = AVCOL_PRI_BT709;
  if (form.format == VideoFormat::Mp4) {
    codec.pix_fmt = AV_PIX_FMT_YUV420P;
    codec.color_range = AVCOL_RANGE_MPEG;
    codec.color_trc = AVCOL_TRC_BT709;
    codec.colorspace = AVCOL_SPC_BT709;
    codec.chroma_sample_location = AVCHROMA_LOC_LEFT;
    av_opt_set_int(codec.priv_data, "crf", form.crf, 0);
  } else {
    codec.pix_fmt = AV_PIX_FMT_BGR0;
    codec.color_range = AVCOL_RANGE_JPEG;
    codec.color_trc = AVCOL_TRC_IEC61966_2_1;
    codec.colorspace = AVCOL_SPC_RGB;
    codec.level = 3;     // FFV1 version 3, which can be cut into slices
    codec.gop_size = 1;  // every frame stands alone
    av_opt_set_int(codec.priv_data, "slicecrc", 1, 0);
  }
}

}  // namespace

/// One open file with its encoder.
class VideoEncoder::Stream {
 public:
  Stream(const std::filesystem::path& path, const VideoForm& form)
      : form_(form), file_(checked(path, form)) {
    // Messages come back as results; FFmpeg would write them to the standard error besides.
    av_log_set_level(AV_LOG_QUIET);
    open_container();
    open_codec();
    write_header();
    packet_ = av_allocated(AvPacket(av_packet_alloc()));
    frame_ = av_allocated(AvFrame(av_frame_alloc()));
    frame_->format = codec_->pix_fmt;
    frame_->width = codec_->width;
    frame_->height = codec_->height;
    check(av_frame_get_buffer(frame_.get(), 0), "cannot allocate a frame");
    if (form_.format == VideoFormat::Mp4) open_scaler();
  }

  void add_frame(std::span<const std::uint8_t> rgb) {
    const auto expected = static_cast<std::size_t>(form_.image.area()) * kChannels;
    if (rgb.size() != expected) {
      throw std::invalid_argument("a frame of " + std::to_string(rgb.size()) +
                                  " samples, expected " + std::to_string(expected));
    }
    check(av_frame_make_writable(frame_.get()), "cannot allocate a frame");
    if (scaler_) {
      convert(rgb);
    } else {
      copy(rgb);
    }
    frame_->pts = count_++;
    encode(frame_.get());
  }

  void close() {
    if (count_ == 0) throw std::invalid_argument(file_.path().string() + ": a clip has no frame");
    encode(nullptr);
    check(av_write_trailer(container_.get()), "cannot write the end");
    check(avio_closep(&container_->pb), "cannot close");
    file_.commit();
  }

 private:
  void check(int result, const char* what) const {
    if (result >= 0) return;
    throw IoError(file_.path().string() + ": " + what + ": FFmpeg: " + av_text(result));
  }

  void open_container() {
    AVFormatContext* container = nullptr;
    const bool is_mp4 = form_.format == VideoFormat::Mp4;
    const std::string url = av_url(file_.temporary());
    check(avformat_alloc_output_context2(&container, nullptr, is_mp4 ? "mp4" : "matroska",
                                         url.c_str()),
          "cannot make a container");
    container_.reset(container);
    container_->flags |= AVFMT_FLAG_BITEXACT;
    check(avio_open(&container_->pb, url.c_str(), AVIO_FLAG_WRITE), "cannot open");
    if (!form_.parameters.empty()) {
      av_dict_set(&container_->metadata, "parameters", form_.parameters.c_str(), 0);
    }
  }

  void open_codec() {
    const char* name = form_.format == VideoFormat::Mp4 ? "libx264" : "ffv1";
    const AVCodec* encoder = avcodec_find_encoder_by_name(name);
    if (encoder == nullptr) {
      throw CannotCreateError(file_.path().string() + ": the FFmpeg libraries have no encoder " +
                              std::string(name) + ". Write frames (output.formats) instead.");
    }
    codec_ = av_allocated(AvCodec(avcodec_alloc_context3(encoder)));
    describe(*codec_, form_);
    if ((container_->oformat->flags & AVFMT_GLOBALHEADER) != 0) {
      codec_->flags |= AV_CODEC_FLAG_GLOBAL_HEADER;
    }
    check(avcodec_open2(codec_.get(), encoder, nullptr), "cannot open the encoder");
  }

  void write_header() {
    stream_ = avformat_new_stream(container_.get(), nullptr);
    if (stream_ == nullptr) throw std::bad_alloc();
    check(avcodec_parameters_from_context(stream_->codecpar, codec_.get()), "cannot describe");
    stream_->time_base = codec_->time_base;
    stream_->avg_frame_rate = codec_->framerate;
    stream_->r_frame_rate = codec_->framerate;
    AVDictionary* options = nullptr;
    if (form_.format == VideoFormat::Mp4) {
      // The index goes before the frames, and tags of any name are kept.
      av_dict_set(&options, "movflags", "+faststart+use_metadata_tags", 0);
    }
    const int result = avformat_write_header(container_.get(), &options);
    av_dict_free(&options);
    check(result, "cannot write the header");
  }

  /// sRGB in full range to BT.709 in limited range.
  void open_scaler() {
    scaler_ = av_allocated(AvScaler(sws_getContext(
        codec_->width, codec_->height, AV_PIX_FMT_RGB24, codec_->width, codec_->height,
        codec_->pix_fmt, SWS_BICUBIC | SWS_ACCURATE_RND | SWS_FULL_CHR_H_INP | SWS_BITEXACT,
        nullptr, nullptr, nullptr)));
    constexpr int kFull = 1, kLimited = 0, kUnchanged = 1 << 16;
    const int* bt709 = sws_getCoefficients(SWS_CS_ITU709);
    check(sws_setColorspaceDetails(scaler_.get(), bt709, kFull, bt709, kLimited, 0, kUnchanged,
                                   kUnchanged),
          "cannot convert to BT.709");
  }

  void convert(std::span<const std::uint8_t> rgb) {
    const std::uint8_t* planes[] = {rgb.data()};
    const int strides[] = {codec_->width * kChannels};
    check(sws_scale(scaler_.get(), planes, strides, 0, codec_->height, frame_->data,
                    frame_->linesize),
          "cannot convert a frame");
  }

  /// RGB to blue, green, red, nothing.
  void copy(std::span<const std::uint8_t> rgb) {
    const std::uint8_t* from = rgb.data();
    for (int row = 0; row < codec_->height; ++row) {
      std::uint8_t* to = frame_->data[0] + std::ptrdiff_t{row} * frame_->linesize[0];
      for (int col = 0; col < codec_->width; ++col, from += kChannels, to += 4) {
        to[0] = from[2];
        to[1] = from[1];
        to[2] = from[0];
        to[3] = 0;
      }
    }
  }

  /// Hands a frame to the encoder, or its end, and writes what comes back.
  void encode(const AVFrame* frame) {
    check(avcodec_send_frame(codec_.get(), frame), "cannot encode a frame");
    for (;;) {
      const int result = avcodec_receive_packet(codec_.get(), packet_.get());
      if (result == AVERROR(EAGAIN) || result == AVERROR_EOF) return;
      check(result, "cannot encode a frame");
      packet_->stream_index = stream_->index;
      packet_->duration = 1;
      av_packet_rescale_ts(packet_.get(), codec_->time_base, stream_->time_base);
      check(av_interleaved_write_frame(container_.get(), packet_.get()), "cannot write a frame");
    }
  }

  VideoForm form_;
  AtomicFile file_;
  AvOutput container_;
  AvCodec codec_;
  AvScaler scaler_;  ///< none for Mkv
  AvFrame frame_;
  AvPacket packet_;
  AVStream* stream_ = nullptr;  ///< owned by the container
  std::int64_t count_ = 0;
};

bool video_is_built() { return true; }

VideoEncoder::VideoEncoder(const std::filesystem::path& path, const VideoForm& form)
    : stream_(std::make_unique<Stream>(path, form)) {}
VideoEncoder::~VideoEncoder() = default;
VideoEncoder::VideoEncoder(VideoEncoder&&) noexcept = default;
VideoEncoder& VideoEncoder::operator=(VideoEncoder&&) noexcept = default;

void VideoEncoder::add_frame(std::span<const std::uint8_t> rgb) { stream_->add_frame(rgb); }
void VideoEncoder::close() { stream_->close(); }

}  // namespace tessera::storage
