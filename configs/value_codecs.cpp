#include "configs/value_codecs.h"

#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <span>
#include <system_error>

#include "partition/size_text.h"

namespace tessera::configs {
namespace {

/// The whole text as a number.
template <typename T>
std::optional<T> parse(std::string_view text) {
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

/// A word that may stand for a number.
std::string_view word_of(const ConfigValue& written) {
  if (!written.is_scalar() || written.style == ConfigValue::Style::Quoted) throw BadValue(written);
  return written.text;
}

template <typename T>
T parse_between(const ConfigValue& written, T low, T high) {
  const std::optional<T> value = parse<T>(word_of(written));
  if (!value || !(*value >= low && *value <= high)) throw BadValue(written);
  return *value;
}

std::string range_text(const std::string& noun, const std::string& low,
                       const std::optional<std::string>& high) {
  return noun + (high ? " " + low + ".." + *high : " >= " + low);
}

template <typename T>
ValueCodec<T> whole_number(T low, T high) {
  std::optional<std::string> most;
  if (high != std::numeric_limits<T>::max()) most = std::to_string(high);
  ValueCodec<T> codec;
  codec.type = range_text("integer", std::to_string(low), most);
  codec.schema = "\"type\": \"integer\", \"minimum\": " + std::to_string(low);
  if (most) codec.schema += ", \"maximum\": " + *most;
  codec.read = [low, high](const ConfigValue& written) {
    return parse_between(written, low, high);
  };
  codec.write = [](const T& value) {
    return ConfigValue::scalar(std::to_string(value), ConfigValue::Style::Literal);
  };
  return codec;
}

partition::Extent parse_size(const ConfigValue& written) {
  const auto side = [&](std::string_view text) {
    const std::optional<int> pixels = parse<int>(text);
    if (!pixels || *pixels < 1 || *pixels > kLongestSidePx) throw BadValue(written);
    return *pixels;
  };
  if (written.form == ConfigValue::Form::List && written.items.size() == 2) {
    return {side(word_of(written.items[0])), side(word_of(written.items[1]))};
  }
  if (!written.is_scalar()) throw BadValue(written);
  const std::string_view text = written.text;
  const std::size_t cross = text.find_first_of("xX");
  if (cross == std::string_view::npos) return {side(text), side(text)};
  return {side(text.substr(0, cross)), side(text.substr(cross + 1))};
}

struct Unit {
  std::string_view name;
  double factor;
};

/// A number with an optional unit after it.
double parse_with_unit(const ConfigValue& written, std::span<const Unit> units) {
  if (!written.is_scalar()) throw BadValue(written);
  const std::string_view text = written.text;
  const std::size_t digits = std::min(text.find_first_not_of("0123456789."), text.size());
  const std::size_t name = std::min(text.find_first_not_of(' ', digits), text.size());
  const std::optional<double> amount = parse<double>(text.substr(0, digits));
  if (!amount) throw BadValue(written);
  for (const Unit& unit : units) {
    if (text.substr(name) == unit.name) return *amount * unit.factor;
  }
  throw BadValue(written);
}

constexpr std::array kSeconds{Unit{"", 1}, Unit{"s", 1}, Unit{"min", 60}, Unit{"h", 3600}};
constexpr std::array kBytes{Unit{"", 1}, Unit{"KiB", 1024.0}, Unit{"MiB", 1048576.0},
                            Unit{"GiB", 1073741824.0}};

struct FreeUField {
  const char* name;
  double JobConfig::FreeU::*member;
};
constexpr std::array kFreeUFields{
    FreeUField{"b1", &JobConfig::FreeU::b1}, FreeUField{"b2", &JobConfig::FreeU::b2},
    FreeUField{"s1", &JobConfig::FreeU::s1}, FreeUField{"s2", &JobConfig::FreeU::s2}};

JobConfig::FreeU parse_free_u(const ConfigValue& written) {
  if (written.form != ConfigValue::Form::Map) throw BadValue(written);
  JobConfig::FreeU factors;
  for (const auto& entry : written.entries) {
    const auto same = [&](const FreeUField& field) { return entry.name == field.name; };
    const auto field = std::find_if(kFreeUFields.begin(), kFreeUFields.end(), same);
    if (field == kFreeUFields.end()) throw BadValue(written);
    factors.*field->member = parse_between(entry.value, 0.0, 10.0);
  }
  return factors;
}

ConfigValue literal(std::string text) {
  return ConfigValue::scalar(std::move(text), ConfigValue::Style::Literal);
}

}  // namespace

ValueCodec<int> integer(int low, int high) { return whole_number(low, high); }

ValueCodec<std::int64_t> long_integer(std::int64_t low, std::int64_t high) {
  return whole_number(low, high);
}

ValueCodec<double> number(double low, double high) {
  std::optional<std::string> most;
  if (!std::isinf(high)) most = number_text(high);
  ValueCodec<double> codec;
  codec.type = range_text("number", number_text(low), most);
  codec.schema = "\"type\": \"number\", \"minimum\": " + number_text(low);
  if (most) codec.schema += ", \"maximum\": " + *most;
  codec.read = [low, high](const ConfigValue& written) {
    const double value = parse_between(written, low, high);
    if (std::isinf(value)) throw BadValue(written);
    return value;
  };
  codec.write = [](const double& value) { return literal(number_text(value)); };
  return codec;
}

ValueCodec<bool> boolean() {
  ValueCodec<bool> codec;
  codec.type = "true or false";
  codec.schema = "\"type\": \"boolean\"";
  codec.choices = {"true", "false"};
  codec.text_form = ConfigKey::TextForm::Flag;
  codec.read = [](const ConfigValue& written) {
    if (written.is_scalar() && written.text == "true") return true;
    if (written.is_scalar() && written.text == "false") return false;
    throw BadValue(written);
  };
  codec.write = [](const bool& value) { return literal(value ? "true" : "false"); };
  return codec;
}

ValueCodec<std::string> text(const std::string& type, Emptiness emptiness) {
  ValueCodec<std::string> codec;
  codec.type = type;
  codec.schema = "\"type\": \"string\"";
  if (emptiness == Emptiness::Refused) codec.schema += ", \"minLength\": 1";
  codec.text_form = ConfigKey::TextForm::Text;
  codec.read = [emptiness](const ConfigValue& written) {
    if (!written.is_scalar() || written.is_null()) throw BadValue(written);
    if (written.text.empty() && emptiness == Emptiness::Refused) throw BadValue(written);
    return written.text;
  };
  codec.write = [](const std::string& value) {
    return ConfigValue::scalar(value, ConfigValue::Style::Quoted);
  };
  return codec;
}

ValueCodec<partition::Extent> picture_size() {
  ValueCodec<partition::Extent> codec;
  codec.type = "size HxW, [H, W] or a number, in pixels";
  codec.schema =
      "\"anyOf\": [{\"type\": \"integer\", \"minimum\": 1}, "
      "{\"type\": \"string\", \"pattern\": \"^[0-9]+x[0-9]+$\"}, "
      "{\"type\": \"array\", \"items\": {\"type\": \"integer\", \"minimum\": 1}, "
      "\"minItems\": 2, \"maxItems\": 2}]";
  codec.read = parse_size;
  codec.write = [](const partition::Extent& size) {
    return ConfigValue::scalar(partition::size_text(size), ConfigValue::Style::Plain);
  };
  return codec;
}

ValueCodec<double> duration() {
  ValueCodec<double> codec;
  codec.type = "duration such as 90s, 5min or 1h, > 0";
  codec.schema =
      "\"anyOf\": [{\"type\": \"number\", \"exclusiveMinimum\": 0}, "
      "{\"type\": \"string\", \"pattern\": \"^[0-9.]+ *(s|min|h)$\"}]";
  codec.read = [](const ConfigValue& written) {
    const double seconds = parse_with_unit(written, kSeconds);
    if (!(seconds > 0 && seconds < 1e8)) throw BadValue(written);
    return seconds;
  };
  codec.write = [](const double& seconds) {
    return ConfigValue::scalar(number_text(seconds) + "s", ConfigValue::Style::Plain);
  };
  return codec;
}

ValueCodec<std::int64_t> byte_count() {
  ValueCodec<std::int64_t> codec;
  codec.type = "size such as 64MiB or 1GiB, > 0";
  codec.schema =
      "\"anyOf\": [{\"type\": \"integer\", \"minimum\": 1}, "
      "{\"type\": \"string\", \"pattern\": \"^[0-9.]+ *(KiB|MiB|GiB)$\"}]";
  codec.read = [](const ConfigValue& written) {
    const double bytes = parse_with_unit(written, kBytes);
    if (!(bytes >= 1 && bytes < 1e15)) throw BadValue(written);
    return static_cast<std::int64_t>(bytes);
  };
  codec.write = [](const std::int64_t& bytes) { return literal(std::to_string(bytes)); };
  return codec;
}

ValueCodec<JobConfig::FreeU> free_u_factors() {
  ValueCodec<JobConfig::FreeU> codec;
  codec.type = "{b1, b2, s1, s2}, each a number 0..10";
  const std::string factor = "{\"type\": \"number\", \"minimum\": 0, \"maximum\": 10}";
  codec.schema = "\"type\": \"object\", \"additionalProperties\": false, \"properties\": {";
  for (const FreeUField& field : kFreeUFields) {
    codec.schema += std::string(field.name == kFreeUFields[0].name ? "" : ", ") + "\"" +
                    field.name + "\": " + factor;
  }
  codec.schema += "}";
  codec.text_form = ConfigKey::TextForm::Tree;
  codec.read = parse_free_u;
  codec.write = [](const JobConfig::FreeU& factors) {
    ConfigValue value;
    value.form = ConfigValue::Form::Map;
    for (const FreeUField& field : kFreeUFields) {
      ConfigValue::Entry entry;
      entry.name = field.name;
      entry.value = literal(number_text(factors.*field.member));
      value.entries.push_back(std::move(entry));
    }
    return value;
  };
  return codec;
}

std::string number_text(double value) {
  std::array<char, 32> digits{};
  const auto result = std::to_chars(digits.data(), digits.data() + digits.size(), value);
  return {digits.data(), result.ptr};
}

}  // namespace tessera::configs
