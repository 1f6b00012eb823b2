#include "model/config_json.h"

#include <fstream>
#include <nlohmann/json.hpp>

#include "storage/storage_error.h"

namespace tessera::model {

using nlohmann::json;

struct ConfigJson::Document {
  std::filesystem::path path;
  json object;
  std::string prefix;  ///< of the names of fields in messages

  const json* find(const std::string& field) const {
    const auto found = object.find(field);
    return found == object.end() || found->is_null() ? nullptr : &*found;
  }
};

ConfigJson::ConfigJson(const std::filesystem::path& path) : document_(new Document{path, {}, {}}) {
  std::ifstream file(path);
  if (!file) throw storage::MissingFileError(path.string() + ": the model has no such file");
  document_->object = json::parse(file, nullptr, /*allow_exceptions=*/false);
  if (!document_->object.is_object()) {
    throw storage::DataError(path.string() + ": not a JSON object");
  }
}

ConfigJson::ConfigJson(std::unique_ptr<Document> document) : document_(std::move(document)) {}
ConfigJson::~ConfigJson() = default;
ConfigJson::ConfigJson(ConfigJson&&) noexcept = default;
ConfigJson& ConfigJson::operator=(ConfigJson&&) noexcept = default;

void ConfigJson::refuse(const std::string& field, const std::string& why) const {
  throw storage::DataError(document_->path.string() + ": field \"" + document_->prefix + field +
                           "\": " + why);
}

namespace {

int to_integer(const ConfigJson& config, const std::string& field, const json& value) {
  constexpr std::int64_t kLimit = 1 << 24;
  if (!value.is_number_integer() || value.get<std::int64_t>() < 0 ||
      value.get<std::int64_t>() > kLimit) {
    config.refuse(field, value.dump() + " is not a usable integer");
  }
  return value.get<int>();
}

}  // namespace

bool ConfigJson::has(const std::string& field) const { return document_->find(field) != nullptr; }

int ConfigJson::integer(const std::string& field) const {
  const json* value = document_->find(field);
  if (value == nullptr) refuse(field, "missing");
  return to_integer(*this, field, *value);
}

int ConfigJson::integer_or(const std::string& field, int absent) const {
  return document_->find(field) == nullptr ? absent : integer(field);
}

int ConfigJson::positive(const std::string& field) const {
  const int value = integer(field);
  if (value == 0) refuse(field, "must be above 0");
  return value;
}

double ConfigJson::number(const std::string& field) const {
  const json* value = document_->find(field);
  if (value == nullptr || !value->is_number()) refuse(field, "missing or not a number");
  return value->get<double>();
}

double ConfigJson::number_or(const std::string& field, double absent) const {
  return document_->find(field) == nullptr ? absent : number(field);
}

std::string ConfigJson::text(const std::string& field) const {
  const json* value = document_->find(field);
  if (value == nullptr || !value->is_string()) refuse(field, "missing or not a text");
  return value->get<std::string>();
}

std::string ConfigJson::text_or(const std::string& field, const std::string& absent) const {
  return document_->find(field) == nullptr ? absent : text(field);
}

std::vector<int> ConfigJson::integers(const std::string& field) const {
  const json* value = document_->find(field);
  if (value == nullptr || !value->is_array() || value->empty()) {
    refuse(field, "missing or not a list of integers");
  }
  std::vector<int> result;
  for (const json& entry : *value) result.push_back(to_integer(*this, field, entry));
  return result;
}

std::vector<int> ConfigJson::integers(const std::string& field, int count) const {
  const json* value = document_->find(field);
  if (value != nullptr && value->is_number_integer()) {
    return std::vector<int>(static_cast<std::size_t>(count), to_integer(*this, field, *value));
  }
  std::vector<int> result = integers(field);
  if (static_cast<int>(result.size()) != count) {
    refuse(field,
           "has " + std::to_string(result.size()) + " entries, expected " + std::to_string(count));
  }
  return result;
}

std::vector<std::string> ConfigJson::texts(const std::string& field) const {
  const json* value = document_->find(field);
  if (value == nullptr || !value->is_array()) refuse(field, "missing or not a list of texts");
  std::vector<std::string> result;
  for (const json& entry : *value) {
    if (!entry.is_string()) refuse(field, entry.dump() + " is not a text");
    result.push_back(entry.get<std::string>());
  }
  return result;
}

bool ConfigJson::flag_or(const std::string& field, bool absent) const {
  const json* value = document_->find(field);
  if (value == nullptr) return absent;
  if (!value->is_boolean()) refuse(field, value->dump() + " is not true or false");
  return value->get<bool>();
}

ConfigJson ConfigJson::section(const std::string& field) const {
  const json* value = document_->find(field);
  if (value == nullptr || !value->is_object()) refuse(field, "missing or not an object");
  return ConfigJson(std::unique_ptr<Document>(
      new Document{document_->path, *value, document_->prefix + field + "."}));
}

void ConfigJson::require_absent(const std::string& field) const {
  const json* value = document_->find(field);
  if (value != nullptr && *value != false) {
    refuse(field, value->dump() + " is not supported; expected null or false");
  }
}

void ConfigJson::require_text(const std::string& field,
                              std::initializer_list<const char*> allowed) const {
  const json* value = document_->find(field);
  if (value == nullptr) return;
  std::string list;
  for (const char* entry : allowed) {
    if (*value == entry) return;
    list += list.empty() ? "" : ", ";
    list += entry;
  }
  refuse(field, value->dump() + " is not supported; expected " + list);
}

}  // namespace tessera::model
