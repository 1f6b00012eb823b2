#include "worker/model_conversion.h"

#include <array>
#include <cmath>
#include <cstring>
#include <utility>
#include <vector>

#include "model/text/clip_merges.h"
#include "model/video/video_facts.h"
#include "model/video/video_model_config.h"
#include "model/video/video_shapes.h"
#include "model/video/video_tensors.h"
#include "storage/safetensors_header.h"
#include "storage/safetensors_writer.h"
#include "storage/storage_error.h"
#include "storage/text_file.h"
#include "storage/torch_checkpoint.h"

namespace tessera::worker {
namespace {

namespace fs = std::filesystem;
using storage::StridedTensor;
using storage::TorchCheckpoint;

constexpr std::array<const char*, 2> kTokenizerFiles = {"vocab.json", "merges.txt"};

[[noreturn]] void refuse(const TorchCheckpoint& source, const std::string& name,
                         const std::string& what) {
  throw storage::DataError(storage::tensor_message(source.path(), name, what));
}

/// Everything that will be written, so that a name that is taken is known before any work.
std::vector<fs::path> outputs_of(const ModelConversion& conversion) {
  std::vector<fs::path> outputs = {conversion.destination / model::kVideoWeightsFile,
                                   conversion.destination / model::kVideoConfigFile};
  if (conversion.tokenizer) {
    for (const char* file : kTokenizerFiles) outputs.push_back(conversion.destination / file);
  }
  return outputs;
}

void check_outputs(const ModelConversion& conversion) {
  std::error_code ignored;
  for (const fs::path& output : outputs_of(conversion)) {
    if (!fs::exists(fs::symlink_status(output, ignored))) continue;
    throw storage::CannotCreateError(output.string() +
                                     ": exists already. Choose another folder, or remove it.");
  }
}

model::StatedFacts facts_of(const StatedFile& stated) { return {stated.file, stated.values}; }

model::VideoModelConfig config_of(const TorchCheckpoint& source,
                                  const ModelConversion& conversion) {
  model::TensorShapes shapes;
  for (const auto& [name, tensor] : source.tensors()) shapes[name] = tensor.shape;
  model::VideoModelConfig config = model::video_config_of(shapes, source.path());
  if (conversion.model_config) {
    model::apply_model_facts(config, facts_of(*conversion.model_config));
  }
  if (conversion.text_config) model::apply_text_facts(config, facts_of(*conversion.text_config));
  if (config.text.heads == 0) {
    throw storage::DataError(source.path().string() + ": a text tower of width " +
                             std::to_string(config.text.width) +
                             " does not have heads of 64. Name OpenCLIP's JSON, which tells their "
                             "number (--text-config).");
  }
  return config;
}

/// The last element of a table of fp32 numbers, or nothing where the file has no such table.
std::optional<double> last_of_table(const TorchCheckpoint& source, const std::string& name) {
  const auto found = source.tensors().find(name);
  if (found == source.tensors().end() || found->second.dtype != storage::Dtype::F32 ||
      found->second.shape.size() != 1 || found->second.shape[0] == 0) {
    return std::nullopt;
  }
  std::vector<std::byte> buffer;
  const auto bytes = storage::row_major_bytes(found->second, buffer);
  float last = 0;
  std::memcpy(&last, bytes.data() + bytes.size() - sizeof last, sizeof last);
  return last;
}

/// The tables of the schedule follow from its numbers; one that does not says that the numbers are
/// those of another model.
void check_schedule(const TorchCheckpoint& source, const model::VideoScheduleConfig& schedule) {
  constexpr double kTolerance = 1e-5;  // relative; the tables are fp32
  const auto compare = [&](const char* name, double expected) {
    const std::optional<double> last = last_of_table(source, name);
    if (!last || std::abs(*last - expected) <= kTolerance * expected) return;
    refuse(source, name,
           "ends with " + std::to_string(*last) + ", but the numbers of the schedule give " +
               std::to_string(expected) + ". Name the YAML of this model (--config).");
  };
  compare("betas", schedule.beta_end);
  if (schedule.scale_end) compare("scale_arr", *schedule.scale_end);
}

/// The tensors to write, in the order of their names. \throws storage::DataError naming one that is
/// missing, unknown or of another shape.
std::vector<std::pair<std::string, const StridedTensor*>> checked_tensors(
    const TorchCheckpoint& source, const model::VideoModelConfig& config) {
  std::vector<std::pair<std::string, const StridedTensor*>> kept;
  const model::TensorShapes expected = model::video_tensors(config);
  for (const auto& [name, tensor] : source.tensors()) {
    const auto found = expected.find(name);
    if (found == expected.end()) {
      if (model::is_unused_video_tensor(name, config.text.layers)) continue;
      refuse(source, name, "is unknown: no part of a VideoCrafter2 model of these sizes");
    }
    if (tensor.shape != found->second) {
      refuse(source, name,
             "is " + storage::shape_text(tensor.shape) + ", expected " +
                 storage::shape_text(found->second));
    }
    kept.emplace_back(name, &tensor);
  }
  for (const auto& [name, shape] : expected) {
    if (!source.tensors().contains(name)) refuse(source, name, "is missing");
  }
  return kept;
}

void check_tokenizer(const fs::path& folder, const model::VideoModelConfig& config) {
  const int entries = model::ClipMerges::load(folder).vocabulary_size();
  if (entries == config.text.vocabulary_size) return;
  throw storage::DataError((folder / kTokenizerFiles[0]).string() + ": " + std::to_string(entries) +
                           " entries, but the token embedding has " +
                           std::to_string(config.text.vocabulary_size));
}

void make_folder(const fs::path& folder) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (error || !fs::is_directory(folder)) {
    throw storage::CannotCreateError(folder.string() + ": cannot be made a folder: " +
                                     (error ? error.message() : "a file is there"));
  }
}

std::uint64_t write_weights(
    const fs::path& path,
    const std::vector<std::pair<std::string, const StridedTensor*>>& tensors) {
  std::vector<storage::TensorForm> forms;
  for (const auto& [name, tensor] : tensors) forms.push_back({name, tensor->dtype, tensor->shape});
  std::vector<std::byte> buffer;
  const auto bytes_of = [&](std::size_t index) {
    return storage::row_major_bytes(*tensors[index].second, buffer);
  };
  storage::write_safetensors(path, forms, bytes_of, {{"format", "tessera video model"}});
  return fs::file_size(path);
}

}  // namespace

ConversionReport convert_model(const ModelConversion& conversion) {
  check_outputs(conversion);
  const TorchCheckpoint source = TorchCheckpoint::open(conversion.source);
  const model::VideoModelConfig config = config_of(source, conversion);
  const auto tensors = checked_tensors(source, config);
  check_schedule(source, config.schedule);
  if (conversion.tokenizer) check_tokenizer(*conversion.tokenizer, config);
  source.verify();
  make_folder(conversion.destination);
  ConversionReport report;
  report.weights = conversion.destination / model::kVideoWeightsFile;
  report.tensors = tensors.size();
  report.dropped = source.tensors().size() - tensors.size();
  report.bytes = write_weights(report.weights, tensors);
  if (conversion.tokenizer) {
    for (const char* file : kTokenizerFiles) {
      storage::write_text(conversion.destination / file,
                          storage::read_text(*conversion.tokenizer / file));
    }
  }
  storage::write_text(conversion.destination / model::kVideoConfigFile,
                      model::video_config_json(config));
  return report;
}

}  // namespace tessera::worker
