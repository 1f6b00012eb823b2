#include "storage/safetensors_header.h"

#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <utility>

#include "storage/storage_error.h"

namespace tessera::storage {
namespace {

constexpr std::string_view kMetadata = "__metadata__";

/// Follows the events of the JSON parser through the few places that a header has; everything else
/// is refused at once, so that nesting costs nothing.
class HeaderEvents final : public nlohmann::json_sax<nlohmann::json> {
 public:
  explicit HeaderEvents(const std::filesystem::path& file) : file_(file) {}

  SafetensorsHeader take() { return std::move(header_); }

  bool null() override { refuse("null"); }
  bool boolean(bool) override { refuse("a truth value"); }
  bool number_integer(number_integer_t value) override {
    refuse("the negative number " + std::to_string(value));
  }
  bool number_float(number_float_t, const string_t& text) override {
    refuse("the number " + text + ", which is no integer of 64 bits");
  }
  bool binary(binary_t&) override { refuse("binary data"); }
  bool number_unsigned(number_unsigned_t value) override;
  bool string(string_t& text) override;
  bool start_object(std::size_t) override;
  bool key(string_t& name) override;
  bool end_object() override;
  bool start_array(std::size_t) override;
  bool end_array() override;
  bool parse_error(std::size_t position, const std::string&,
                   const nlohmann::detail::exception& error) override {
    throw DataError(file_.string() + ": the header is not JSON at byte " +
                    std::to_string(position) + ": " + error.what());
  }

 private:
  enum class Place { Outside, Top, Tensor, Shape, Offsets, Metadata };

  [[noreturn]] void refuse(const std::string& what) const {
    if (names_.empty()) throw DataError(file_.string() + ": the header has " + what);
    const std::string member = field_.empty() ? std::string() : " in \"" + field_ + "\"";
    throw DataError(tensor_message(file_, name_, "has " + what + member + " in the header"));
  }
  bool expects(Place place, std::string_view field) const {
    return place_ == place && field_ == field;
  }
  void finish_tensor();

  const std::filesystem::path& file_;
  SafetensorsHeader header_;
  Place place_ = Place::Outside;
  std::set<std::string> names_;
  std::set<std::string> fields_;  ///< members seen of the current object
  std::string name_;
  std::string field_;
  SafetensorsHeader::Entry entry_;
  std::vector<std::uint64_t> offsets_;
};

bool HeaderEvents::start_object(std::size_t) {
  if (place_ == Place::Outside) {
    place_ = Place::Top;
  } else if (place_ == Place::Top) {
    place_ = name_ == kMetadata ? Place::Metadata : Place::Tensor;
    fields_.clear();
    field_.clear();
    entry_ = {};
    offsets_.clear();
  } else {
    refuse("a nested object");
  }
  return true;
}

bool HeaderEvents::key(string_t& name) {
  if (place_ == Place::Top) {
    name_ = name;
    field_.clear();
    if (!names_.insert(name).second) refuse("two entries");
    return true;
  }
  field_ = name;
  if (!fields_.insert(name).second) refuse("two members");
  return true;
}

bool HeaderEvents::end_object() {
  if (place_ == Place::Tensor) finish_tensor();
  place_ = place_ == Place::Top ? Place::Outside : Place::Top;
  return true;
}

bool HeaderEvents::start_array(std::size_t) {
  if (expects(Place::Tensor, "shape")) {
    place_ = Place::Shape;
  } else if (expects(Place::Tensor, "data_offsets")) {
    place_ = Place::Offsets;
  } else {
    refuse("a list");
  }
  return true;
}

bool HeaderEvents::end_array() {
  place_ = Place::Tensor;
  return true;
}

bool HeaderEvents::number_unsigned(number_unsigned_t value) {
  if (place_ == Place::Offsets && offsets_.size() < 2) {
    offsets_.push_back(value);
    return true;
  }
  if (place_ != Place::Shape || value > std::numeric_limits<std::int64_t>::max()) {
    refuse("the number " + std::to_string(value));
  }
  entry_.shape.push_back(static_cast<std::int64_t>(value));
  return true;
}

bool HeaderEvents::string(string_t& text) {
  if (place_ == Place::Metadata) {
    header_.metadata[field_] = text;
    return true;
  }
  if (!expects(Place::Tensor, "dtype")) refuse("the text \"" + text.substr(0, 80) + "\"");
  const std::optional<Dtype> dtype = dtype_of_name(text);
  if (!dtype) refuse("the unknown element type \"" + text.substr(0, 80) + "\"");
  entry_.dtype = *dtype;
  return true;
}

void HeaderEvents::finish_tensor() {
  field_.clear();
  for (const char* member : {"dtype", "shape", "data_offsets"}) {
    if (!fields_.contains(member)) refuse("no member \"" + std::string(member) + "\"");
  }
  if (fields_.size() > 3) refuse("members besides dtype, shape and data_offsets");
  if (offsets_.size() != 2) refuse("a data_offsets that is not a pair");
  entry_.name = name_;
  entry_.begin = offsets_[0];
  entry_.end = offsets_[1];
  header_.entries.push_back(std::move(entry_));
}

}  // namespace

SafetensorsHeader parse_safetensors_header(std::string_view json,
                                           const std::filesystem::path& file) {
  HeaderEvents events(file);
  nlohmann::json::sax_parse(json.begin(), json.end(), &events);
  return events.take();
}

std::string tensor_message(const std::filesystem::path& file, std::string_view name,
                           std::string_view what) {
  return file.string() + ": tensor \"" + std::string(name.substr(0, 200)) + "\" " +
         std::string(what);
}

}  // namespace tessera::storage
