#pragma once

#include <cctype>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <ostream>
#include <string>

#include "tests/storage/temporary_folder.h"

namespace tessera::model {

/// A config.json on disk for the length of a test.
class ConfigFile {
 public:
  explicit ConfigFile(const nlohmann::json& content)
      : path_(folder_.put("config.json", content.dump())) {}
  explicit ConfigFile(const std::string& text) : path_(folder_.put("config.json", text)) {}

  const std::filesystem::path& path() const { return path_; }

 private:
  storage::TemporaryFolder folder_;
  std::filesystem::path path_;
};

inline nlohmann::json read_json(const std::filesystem::path& path) {
  std::ifstream file(path);
  return nlohmann::json::parse(file);
}

/// A field and a value that a network is refused for; the message names the field.
struct Refusal {
  const char* field;
  const char* value;  ///< JSON; "absent" removes the field
  const char* named;  ///< the field of the message
};

/// Field and value, without the marks that names of test cases cannot hold.
inline void PrintTo(const Refusal& refusal, std::ostream* out) {
  *out << refusal.field << "=";
  for (const char* letter = refusal.value; *letter != 0; ++letter) {
    if (std::isalnum(static_cast<unsigned char>(*letter)) != 0 || *letter == '.') *out << *letter;
  }
}

inline nlohmann::json edited(nlohmann::json config, const Refusal& refusal) {
  if (std::string(refusal.value) == "absent") {
    config.erase(refusal.field);
  } else {
    config[refusal.field] = nlohmann::json::parse(refusal.value);
  }
  return config;
}

}  // namespace tessera::model
