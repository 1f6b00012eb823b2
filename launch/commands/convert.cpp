#include "launch/commands/convert.h"

#include "configs/config_value.h"
#include "configs/config_yaml.h"
#include "storage/text_file.h"
#include "worker/model_conversion.h"

namespace tessera::launch {
namespace {

using configs::ConfigValue;

/// Scalars by dotted path; a list of scalars is one value, its items joined by commas.
void add_values(const ConfigValue& value, const std::string& path,
                std::map<std::string, std::string>& values) {
  using Form = ConfigValue::Form;
  if (value.form == Form::Scalar) values[path] = value.text;
  if (value.form == Form::List) {
    std::string joined;
    for (const ConfigValue& item : value.items) joined += (joined.empty() ? "" : ",") + item.text;
    values[path] = joined;
  }
  for (const ConfigValue::Entry& entry : value.entries) {
    add_values(entry.value, path.empty() ? entry.name : path + "." + entry.name, values);
  }
}

/// YAML, or JSON, which is YAML too.
std::optional<worker::StatedFile> stated(const std::optional<std::string>& file) {
  if (!file) return std::nullopt;
  worker::StatedFile stated{*file, {}};
  add_values(configs::parse_yaml(storage::read_text(*file), *file), "", stated.values);
  return stated;
}

}  // namespace

void convert(const CommandLine& line, Console& console) {
  const ConvertRequest& request = line.convert;
  worker::ModelConversion conversion{request.source, request.destination,
                                     stated(request.config_file), stated(request.text_config),
                                     request.tokenizer};
  const worker::ConversionReport report = worker::convert_model(conversion);
  console.note(std::to_string(report.tensors) + " tensors, " + std::to_string(report.bytes >> 20) +
               " MiB; " + std::to_string(report.dropped) + " that no render needs left out");
  if (!request.tokenizer) {
    console.note("no tokenizer: put vocab.json and merges.txt into " + request.destination);
  }
  console.result(report.weights.string());
}

}  // namespace tessera::launch
