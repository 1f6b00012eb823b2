#include <limits>

#include "configs/key_sections.h"
#include "configs/value_codecs.h"

namespace tessera::configs {

std::vector<ConfigKey> distributed_keys() {
  using Picture = ConfigKey::Picture;
  using Split = JobConfig::GuidanceSplit;
  constexpr int kMost = std::numeric_limits<int>::max();
  return {
      make_key(
          "distributed.guidance_split",
          choice<Split>({{"auto", Split::Auto}, {"on", Split::On}, {"off", Split::Off}}),
          Picture::Keeps,
          "Halves of the ranks compute the two predictions of guidance. auto: for an even "
          "number of ranks.",
          [](auto& job) -> auto& { return job.distributed.guidance_split; }),
      make_key(
          "distributed.strips", optional_of("auto", integer(1, kMost)), Picture::Keeps,
          "Strips of rows that a canvas is cut into. auto: as many as the ranks can use.",
          [](auto& job) -> auto& { return job.distributed.strips; }),
      make_key(
          "distributed.crop_batch", optional_of("auto", byte_count()), Picture::Keeps,
          "Memory for the crops of self-attention that are computed in one call.",
          [](auto& job) -> auto& { return job.distributed.crop_batch_bytes; }),
      make_key(
          "distributed.deadline", optional_of("auto", duration()), Picture::Keeps,
          "Longest wait for another rank. auto: 20 s or 10 x the predicted time of the "
          "command, whichever is longer.",
          [](auto& job) -> auto& { return job.distributed.deadline_seconds; }),
      make_key(
          "distributed.cpu_threads", optional_of("auto", integer(1, 1024)), Picture::Keeps,
          "Threads of each rank. auto: OMP_NUM_THREADS if set, else the cores of the host "
          "divided by the ranks on it.",
          [](auto& job) -> auto& { return job.distributed.cpu_threads; }),
  };
}

}  // namespace tessera::configs
