#pragma once

#include <filesystem>
#include <initializer_list>
#include <memory>
#include <string>
#include <vector>

namespace tessera::model {

/// A component's config.json. Every getter names file and field in its storage::DataError.
class ConfigJson {
 public:
  /// \throws storage::MissingFileError, storage::DataError if it is not a JSON object.
  explicit ConfigJson(const std::filesystem::path& path);
  ~ConfigJson();
  ConfigJson(ConfigJson&&) noexcept;
  ConfigJson& operator=(ConfigJson&&) noexcept;

  bool has(const std::string& field) const;  ///< present and not null
  int integer(const std::string& field) const;
  int integer_or(const std::string& field, int absent) const;
  int positive(const std::string& field) const;  ///< an integer above 0
  double number(const std::string& field) const;
  double number_or(const std::string& field, double absent) const;
  std::string text(const std::string& field) const;
  std::string text_or(const std::string& field, const std::string& absent) const;
  std::vector<int> integers(const std::string& field) const;
  /// One integer stands for `count` equal ones.
  std::vector<int> integers(const std::string& field, int count) const;
  std::vector<std::string> texts(const std::string& field) const;
  bool flag_or(const std::string& field, bool absent) const;

  /// The fields of a member that is an object itself; messages name them as FIELD.NAME.
  ConfigJson section(const std::string& field) const;

  /// Refuses the network unless the field is absent, null or false.
  void require_absent(const std::string& field) const;
  /// Refuses the network unless the field is absent or one of `allowed`.
  void require_text(const std::string& field, std::initializer_list<const char*> allowed) const;
  /// \throws storage::DataError "FILE: field "NAME": why".
  [[noreturn]] void refuse(const std::string& field, const std::string& why) const;

 private:
  struct Document;
  explicit ConfigJson(std::unique_ptr<Document> document);
  std::unique_ptr<Document> document_;
};

}  // namespace tessera::model
