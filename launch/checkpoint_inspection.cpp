#include "launch/checkpoint_inspection.h"

#include <nlohmann/json.hpp>

#include "storage/checkpoint_reader.h"

namespace tessera::launch {
namespace {

using Json = nlohmann::ordered_json;

Json progress_json(const storage::CheckpointProgress& progress) {
  return {{"item", progress.item},
          {"segment", progress.segment},
          {"stage", progress.stage},
          {"stage_count", progress.stage_count},
          {"next_step", progress.next_step},
          {"steps", progress.steps},
          {"seed", progress.seed}};
}

Json arrays_json(const storage::CheckpointData& data) {
  Json arrays = Json::object();
  arrays["x"] = data.x.shape;
  if (!data.z_up.shape.empty()) arrays["z_up"] = data.z_up.shape;
  for (const storage::CheckpointStage& stage : data.stages) {
    arrays["stage " + std::to_string(stage.stage)] = stage.latents.shape;
  }
  return arrays;
}

Json outputs_json(const storage::CheckpointData& data) {
  Json outputs = Json::array();
  for (const storage::CheckpointOutput& output : data.outputs) {
    outputs.push_back({{"item", output.item},
                       {"stage", output.stage},
                       {"file", output.file},
                       {"sha256", output.digest}});
  }
  return outputs;
}

}  // namespace

std::string inspect_checkpoint(const std::filesystem::path& file, InspectionDepth depth) {
  const storage::CheckpointData data = depth == InspectionDepth::Everything
                                           ? storage::read_checkpoint(file)
                                           : storage::read_checkpoint_header(file);
  Json inputs = Json::object();
  for (const storage::CheckpointInput& input : data.inputs) inputs[input.key] = input.digest;
  const Json report = {{"path", file.string()},
                       {"kind", "checkpoint"},
                       {"bytes", std::filesystem::file_size(file)},
                       {"created_utc", data.created_utc},
                       {"progress", progress_json(data.progress)},
                       {"mode", data.mode},
                       {"config_hash", data.config_hash},
                       {"plan_hash", data.plan_hash},
                       {"picture_version", data.picture_version},
                       {"rng_scheme", data.rng_scheme},
                       {"writer_version", data.writer_version},
                       {"ranks", data.progress.world_size},
                       {"job_id", data.job_id},
                       {"inputs", inputs},
                       {"arrays", arrays_json(data)},
                       {"outputs", outputs_json(data)},
                       {"checked", depth == InspectionDepth::Everything
                                       ? "file digest, checksums, content digest, values"
                                       : "file digest, form"}};
  return report.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace tessera::launch
