#include "coordinator/recorded_picture.h"

#include <nlohmann/json.hpp>

#include "storage/storage_error.h"

namespace tessera::coordinator {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kKnownFormat = 1;

Json parse(const std::string& record) {
  Json object = Json::parse(record, nullptr, false);
  if (object.is_discarded() || !object.is_object() ||
      object.value("program", Json()) != "tessera") {
    throw storage::DataError("the picture's record is not one of tessera");
  }
  const Json format = object.value("format", Json());
  if (!format.is_number_integer() || format.get<int>() != kKnownFormat) {
    throw storage::DataError("the picture's record has format " + format.dump() +
                             ", this program reads format " + std::to_string(kKnownFormat));
  }
  if (!object.contains("config") || !object["config"].is_object()) {
    throw storage::DataError("the picture's record has no configuration");
  }
  return object;
}

std::string text_at(const Json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

}  // namespace

RecordedPicture read_record(const std::string& record) {
  const Json object = parse(record);
  RecordedPicture result;
  result.config = object["config"].dump();
  result.version = text_at(object, "version");
  result.torch_version = text_at(object, "torch");
  if (const auto files = object.find("files"); files != object.end() && files->is_array()) {
    for (const Json& file : *files) {
      result.files.push_back(
          {text_at(file, "key"), text_at(file, "name"), text_at(file, "sha256")});
    }
  }
  return result;
}

}  // namespace tessera::coordinator
