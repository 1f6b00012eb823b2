#include "configs/key_sections.h"
#include "configs/value_codecs.h"

namespace tessera::configs {
namespace {

using Picture = ConfigKey::Picture;

}  // namespace

std::vector<ConfigKey> output_keys() {
  using Format = JobConfig::OutputFormat;
  using Stages = JobConfig::Stages;
  using OnExists = JobConfig::OnExists;
  using Metadata = JobConfig::Metadata;
  return {
      make_key(
          "output.run_dir", text("path pattern", Emptiness::Refused), Picture::Keeps,
          "Folder of the run; {name} is the key name.",
          [](auto& job) -> auto& { return job.output.run_dir; }),
      make_key(
          "output.pattern", text("path pattern", Emptiness::Refused), Picture::Keeps,
          "Name of a picture inside the run folder, without its extension. Tokens: {index:05} "
          "{seed} {stage} {width} {height} {prompt_slug:40} {name}.",
          [](auto& job) -> auto& { return job.output.pattern; }),
      make_key(
          "output.formats",
          list_of("these", choice<Format>({{"png", Format::Png},
                                           {"mp4", Format::Mp4},
                                           {"mkv", Format::Mkv},
                                           {"frames", Format::Frames}})),
          Picture::Keeps,
          "Files of a picture (png) or a clip: mp4 (H.264), mkv (FFV1, lossless), frames alone. "
          "The frames of a clip are always written, as PNG files in frames/.",
          [](auto& job) -> auto& { return job.output.formats; }),
      make_key(
          "output.bit_depth", choice<int>({{"8", 8}, {"16", 16}}), Picture::Keeps,
          "Bits per channel.", [](auto& job) -> auto& { return job.output.bit_depth; }),
      make_key(
          "output.stages", choice<Stages>({{"all", Stages::All}, {"final", Stages::Final}}),
          Picture::Keeps, "Which stages are written as pictures.",
          [](auto& job) -> auto& { return job.output.stages; }),
      make_key(
          "output.on_exists",
          choice<OnExists>({{"error", OnExists::Error},
                            {"skip", OnExists::Skip},
                            {"overwrite", OnExists::Overwrite},
                            {"suffix", OnExists::Suffix}}),
          Picture::Keeps,
          "What happens to a picture whose file exists: the render is refused, the file is left "
          "alone and an item whose pictures all exist is not rendered, the file is replaced, or "
          "the new name gets a number.",
          [](auto& job) -> auto& { return job.output.on_exists; }),
      make_key(
          "output.metadata",
          choice<Metadata>({{"full", Metadata::Full},
                            {"redact-prompt", Metadata::RedactPrompt},
                            {"none", Metadata::None}}),
          Picture::Keeps, "What a picture's file says about how it was made.",
          [](auto& job) -> auto& { return job.output.metadata; }),
      make_key(
          "output.png_level", integer(0, 9), Picture::Keeps, "Compression of PNG files.",
          [](auto& job) -> auto& { return job.output.png_level; }),
      make_key(
          "output.video_crf", integer(0, 51), Picture::Keeps,
          "Quality of mp4 files, 0 (best) to 51.",
          [](auto& job) -> auto& { return job.output.video_crf; }),
  };
}

std::vector<ConfigKey> message_keys() {
  using Level = JobConfig::LogLevel;
  using Progress = JobConfig::Progress;
  return {
      make_key(
          "log.level",
          choice<Level>({{"trace", Level::Trace},
                         {"debug", Level::Debug},
                         {"info", Level::Info},
                         {"warning", Level::Warning},
                         {"error", Level::Error}}),
          Picture::Keeps, "Least severity that is logged.",
          [](auto& job) -> auto& { return job.log.level; }),
      make_key(
          "log.directory", text("path pattern", Emptiness::Refused), Picture::Keeps,
          "Folder of the ranks' log files; {run_dir} is the folder of the run.",
          [](auto& job) -> auto& { return job.log.directory; }),
      make_key(
          "progress",
          choice<Progress>({{"auto", Progress::Auto},
                            {"bar", Progress::Bar},
                            {"plain", Progress::Plain},
                            {"json", Progress::Json},
                            {"none", Progress::None}}),
          Picture::Keeps,
          "How progress is shown on the standard error. auto: bar on a terminal, else plain.",
          [](auto& job) -> auto& { return job.progress; }),
  };
}

}  // namespace tessera::configs
