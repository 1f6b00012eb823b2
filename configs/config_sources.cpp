#include "configs/config_sources.h"

#include <charconv>
#include <stdexcept>
#include <string_view>

namespace tessera::configs {
namespace {

// Form: a sequence of texts, each as LENGTH:BYTES; counts and numbers are decimal texts.

void put(std::string& out, std::string_view text) {
  out += std::to_string(text.size());
  out += ':';
  out += text;
}

void put(std::string& out, std::int64_t number) { put(out, std::to_string(number)); }

void put(std::string& out, const std::vector<ConfigSources::Setting>& settings) {
  put(out, static_cast<std::int64_t>(settings.size()));
  for (const auto& setting : settings) {
    put(out, setting.key);
    put(out, setting.place);
    put(out, static_cast<std::int64_t>(setting.texts.size()));
    for (const std::string& text : setting.texts) put(out, text);
  }
}

void put(std::string& out, const std::optional<ConfigSources::Document>& document) {
  put(out, document ? 1 : 0);
  if (!document) return;
  put(out, document->name);
  put(out, document->text);
}

template <typename Number>
void put_optional(std::string& out, const std::optional<Number>& number) {
  put(out, number ? 1 : 0);
  if (number) put(out, static_cast<std::int64_t>(*number));
}

class TextReader {
 public:
  explicit TextReader(std::string_view rest) : rest_(rest) {}

  std::string text() {
    const std::size_t colon = rest_.find(':');
    if (colon == std::string_view::npos) fail();
    const auto length = static_cast<std::size_t>(parse(rest_.substr(0, colon)));
    rest_.remove_prefix(colon + 1);
    if (length > rest_.size()) fail();
    std::string taken(rest_.substr(0, length));
    rest_.remove_prefix(length);
    return taken;
  }

  std::int64_t number() { return parse(text()); }

  std::vector<ConfigSources::Setting> settings() {
    std::vector<ConfigSources::Setting> all;
    for (std::int64_t count = number(); count > 0; --count) {
      ConfigSources::Setting setting{text(), {}, text()};
      for (std::int64_t texts = number(); texts > 0; --texts) setting.texts.push_back(text());
      all.push_back(std::move(setting));
    }
    return all;
  }

  std::optional<ConfigSources::Document> document() {
    if (number() == 0) return std::nullopt;
    return ConfigSources::Document{text(), text()};
  }

  template <typename Number>
  std::optional<Number> optional_number() {
    if (number() == 0) return std::nullopt;
    return static_cast<Number>(number());
  }

  void end() const {
    if (!rest_.empty()) fail();
  }

 private:
  [[noreturn]] static void fail() {
    throw std::invalid_argument("the text of the configuration sources is damaged");
  }

  static std::int64_t parse(std::string_view digits) {
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (error != std::errc() || end != digits.data() + digits.size()) fail();
    return value;
  }

  std::string_view rest_;
};

}  // namespace

std::string sources_to_text(const ConfigSources& sources) {
  std::string text;
  put(text, sources.options);
  put(text, sources.environment);
  put(text, sources.picture);
  put(text, sources.file);
  put(text, sources.prompts);
  put_optional(text, sources.height);
  put_optional(text, sources.width);
  put_optional(text, sources.drawn_seed);
  return text;
}

ConfigSources sources_from_text(const std::string& text) {
  TextReader reader(text);
  ConfigSources sources;
  sources.options = reader.settings();
  sources.environment = reader.settings();
  sources.picture = reader.document();
  sources.file = reader.document();
  sources.prompts = reader.document();
  sources.height = reader.optional_number<int>();
  sources.width = reader.optional_number<int>();
  sources.drawn_seed = reader.optional_number<std::int64_t>();
  reader.end();
  return sources;
}

}  // namespace tessera::configs
