#include "launch/model_inspection.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <vector>

#include "storage/content_digest.h"
#include "storage/safetensors_file.h"
#include "storage/storage_error.h"
#include "storage/text_file.h"
#include "storage/torch_checkpoint.h"

namespace tessera::launch {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

struct Weights {
  std::size_t tensors = 0;
  std::uint64_t parameters = 0;
  std::uint64_t bytes = 0;
  std::map<std::string, std::size_t> tensors_of_type;

  void add(const Weights& other) {
    tensors += other.tensors;
    parameters += other.parameters;
    bytes += other.bytes;
    for (const auto& [type, count] : other.tensors_of_type) tensors_of_type[type] += count;
  }
};

/// Of a SafetensorsFile or a TorchCheckpoint.
template <typename File>
Weights weights_of(const File& file) {
  Weights weights;
  for (const auto& [name, tensor] : file.tensors()) {
    ++weights.tensors;
    weights.parameters += storage::tensor_bytes(tensor.shape, tensor.dtype).value_or(0) /
                          storage::dtype_bytes(tensor.dtype);
    ++weights.tensors_of_type[storage::dtype_name(tensor.dtype)];
  }
  weights.bytes = fs::file_size(file.path());
  return weights;
}

void add_weights(Json& report, const Weights& weights) {
  report["bytes"] = weights.bytes;
  report["tensors"] = weights.tensors;
  report["parameters"] = weights.parameters;
  report["tensors_of_type"] = weights.tensors_of_type;
}

std::vector<fs::path> weight_paths(const fs::path& folder) {
  std::vector<fs::path> paths;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (entry.path().extension() == ".safetensors") paths.push_back(entry.path());
  }
  std::ranges::sort(paths);
  return paths;
}

/// The config.json of a converted model; null for other folders.
Json config_of(const fs::path& folder) {
  const fs::path file = folder / "config.json";
  if (!fs::exists(file)) return nullptr;
  Json config = Json::parse(storage::read_text(file), nullptr, false);
  return config.is_object() ? config : Json(nullptr);
}

std::string dumped(const Json& report) {
  return report.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace

std::string inspect_weights(const fs::path& path, InspectionDepth depth) {
  const auto file = storage::SafetensorsFile::open(path);
  Json report = {{"path", path.string()}, {"kind", "weights"}};
  add_weights(report, weights_of(file));
  report["metadata"] = file.metadata();
  if (depth == InspectionDepth::Everything) report["sha256"] = storage::digest_of_file(path);
  return dumped(report);
}

std::string inspect_torch_checkpoint(const fs::path& path, InspectionDepth depth) {
  const auto file = storage::TorchCheckpoint::open(path);
  const bool is_plain = file.form() == storage::TorchCheckpoint::Form::Plain;
  Json report = {{"path", path.string()}, {"kind", "torch checkpoint"}};
  add_weights(report, weights_of(file));
  report["form"] = is_plain ? "plain" : "DeepSpeed";
  report["facts"] = file.facts();
  if (depth == InspectionDepth::Everything) {
    file.verify();
    report["sha256"] = storage::digest_of_file(path);
  }
  return dumped(report);
}

std::string inspect_model(const fs::path& folder, InspectionDepth depth) {
  Weights sum;
  Json files = Json::array();
  for (const fs::path& path : weight_paths(folder)) {
    const Weights weights = weights_of(storage::SafetensorsFile::open(path));
    sum.add(weights);
    Json file = {{"file", path.lexically_relative(folder).string()}};
    add_weights(file, weights);
    if (depth == InspectionDepth::Everything) file["sha256"] = storage::digest_of_file(path);
    files.push_back(std::move(file));
  }
  if (files.empty()) {
    throw storage::DataError(folder.string() + ": a model without safetensors files");
  }
  Json report = {{"path", folder.string()}, {"kind", "model"}};
  add_weights(report, sum);
  report["config"] = config_of(folder);
  report["files"] = std::move(files);
  return dumped(report);
}

}  // namespace tessera::launch
