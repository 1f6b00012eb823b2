#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "configs/job_config.h"
#include "coordinator/output_writer.h"
#include "coordinator/picture_record.h"
#include "coordinator/run_manifest.h"
#include "storage/run_directory.h"

namespace tessera::coordinator {

/// The stages whose pictures are kept (`output.stages`), ascending.
std::vector<int> kept_stages(const configs::JobConfig::Output& output, int stage_count);

/// The pictures of a run, the frames of its clips and their containers: which are kept
/// (`output.stages`), their files (`output.pattern`, `output.on_exists`) and what they tell. Made
/// on rank 0 before work starts, so that an output that exists is an error before anything is
/// computed. An item that is left has no orders, and its files may be there or not.
class PictureOrders {
 public:
  /// \param sources    its plan outlives this object.
  /// \param date, job  values of the tokens {date} and {job}.
  /// \param earlier    pictures of a run that goes on: its file names stay, what is written is not
  ///                   made again, and what is not may be replaced. Files of pictures that it does
  ///                   not know are those of somebody else, unless it was made of a checkpoint.
  ///                   Null for a fresh start.
  /// \throws storage::NamePatternError; storage::CannotCreateError naming a file that exists.
  PictureOrders(const RecordSources& sources, const storage::RunDirectory& run,
                const std::string& date, const std::string& job,
                const RunManifest* earlier = nullptr);
  PictureOrders(const PictureOrders&) = delete;
  PictureOrders& operator=(const PictureOrders&) = delete;

  /// nullopt for a picture that is not kept, or that is there already with `on_exists: skip`. The
  /// order of the last frame of a clip that is not there yet holds those of its containers.
  /// \param frame  of a clip; they come in order.
  std::optional<PictureOrder> order(int item, int stage, int frame = 0) const;
  /// Whether a stage has a picture or a frame that is to be written.
  bool is_due(int item, int stage) const { return last_due(clip_of(item, stage)) >= 0; }
  /// Makes the containers whose frames are all there from an earlier start, and tells them.
  /// \throws as build_container().
  std::vector<std::filesystem::path> finish_containers();
  /// The file of a frame, for the frame writer. \throws std::out_of_range if it is not kept.
  std::filesystem::path file_of(int frame_index) const;
  /// Items without an order: all their pictures are there already (`on_exists: skip`), or they were
  /// left from the start. Ascending.
  std::vector<int> complete_items() const;
  /// Every kept picture with its file and state. Those of items that are left from the start are
  /// in it only as far as an earlier start knew them.
  const std::vector<ManifestPicture>& pictures() const { return pictures_; }
  /// The final picture, or container of this extension, of the last item that was not left from
  /// the start, to be written or there already, for a copy to `-o`; empty if all were left.
  std::filesystem::path final_file(const std::string& extension = ".png") const;

 private:
  struct Place {
    int item = 0;
    int stage = 0;
  };
  using Parts = std::map<std::string, ManifestPicture>;  ///< by part_of_clip()

  ManifestPicture settled(Place place, const std::string& file, const Parts& parts);
  void add_picture(Place place, const std::string& name, const Parts& parts);
  void add_clip(Place place, const std::string& name, const Parts& parts);
  ContainerOrder container(Place place, const std::string& file, const std::string& extension,
                           const std::filesystem::path& folder) const;
  int last_due(std::size_t clip) const;
  std::size_t clip_of(int item, int stage) const {
    return static_cast<std::size_t>(item) * stage_count_ + static_cast<std::size_t>(stage);
  }
  std::size_t index_of(int item, int stage, int frame) const {
    return clip_of(item, stage) * frame_count_ + static_cast<std::size_t>(frame);
  }

  configs::JobConfig config_;  ///< without its prompts, which may be many
  RecordSources sources_;      ///< of config_
  storage::RunDirectory run_;
  configs::JobConfig::OnExists on_exists_;
  std::size_t stage_count_;
  std::size_t frame_count_;                                  ///< of a clip; 1 for pictures
  std::vector<std::optional<std::filesystem::path>> files_;  ///< due, by item, stage and frame
  std::map<std::size_t, std::vector<ContainerOrder>> containers_;  ///< due, by clip_of()
  std::vector<ManifestPicture> pictures_;
  std::vector<std::filesystem::path> final_files_;
};

}  // namespace tessera::coordinator
