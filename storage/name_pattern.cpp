#include "storage/name_pattern.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <filesystem>
#include <map>
#include <optional>

#include "storage/storage_error.h"

namespace tessera::storage {
namespace {

constexpr std::size_t kSlugLength = 40;
constexpr int kWidestToken = 200;

[[noreturn]] void refuse(std::string_view pattern, const std::string& fault) {
  throw NamePatternError("name pattern \"" + std::string(pattern) + "\": " + fault);
}

bool is_kept(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
         c == '_' || c == '-';
}

std::string sanitised(std::string_view value) {
  std::string result(value);
  std::replace_if(
      result.begin(), result.end(), [](char c) { return !is_kept(c); }, '-');
  return result;
}

std::string slug_of(std::string_view prompt, std::size_t longest) {
  std::string slug;
  for (const char c : sanitised(prompt)) {
    if (slug.size() == longest) break;
    if (c != '-' || (!slug.empty() && slug.back() != '-')) slug += c;
  }
  while (!slug.empty() && slug.back() == '-') slug.pop_back();
  return slug.empty() ? "untitled" : slug;
}

std::string padded(std::uint64_t value, std::optional<int> width) {
  std::string digits = std::to_string(value);
  const auto wanted = static_cast<std::size_t>(width.value_or(0));
  if (digits.size() < wanted) digits.insert(0, wanted - digits.size(), '0');
  return digits;
}

std::string cut(std::string value, std::optional<int> width) {
  if (width) value.resize(std::min(value.size(), static_cast<std::size_t>(*width)));
  return value;
}

std::string value_of(std::string_view token, std::optional<int> width, const NameTokens& tokens,
                     std::string_view pattern) {
  const auto number = [&](int value) { return padded(static_cast<std::uint64_t>(value), width); };
  if (token == "index") return number(tokens.index);
  if (token == "seed") return padded(tokens.seed, width);
  if (token == "stage") return number(tokens.stage);
  if (token == "frame") return number(tokens.frame);
  if (token == "width") return number(tokens.image.cols);
  if (token == "height") return number(tokens.image.rows);
  if (token == "prompt_slug") {
    return slug_of(tokens.prompt, width ? static_cast<std::size_t>(*width) : kSlugLength);
  }
  if (token == "date") return cut(sanitised(tokens.date), width);
  if (token == "job") return cut(sanitised(tokens.job), width);
  if (token == "name") return cut(sanitised(tokens.name), width);
  refuse(pattern, "unknown token {" + std::string(token) +
                      "}; there are {index} {seed} {stage} {width} {height} {prompt_slug} {date} "
                      "{job} {name} {frame}");
}

/// Expands what stands between braces: TOKEN or TOKEN:WIDTH.
std::string expand_one(std::string_view inside, const NameTokens& tokens,
                       std::string_view pattern) {
  const std::size_t colon = inside.find(':');
  std::optional<int> width;
  if (colon != std::string_view::npos) {
    const std::string_view digits = inside.substr(colon + 1);
    int value = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (error != std::errc() || end != digits.data() + digits.size() || value < 1 ||
        value > kWidestToken) {
      refuse(pattern, "{" + std::string(inside) + "} has a wrong width; expected 1.." +
                          std::to_string(kWidestToken) + ", as in {index:05}");
    }
    width = value;
  }
  return value_of(inside.substr(0, colon), width, tokens, pattern);
}

}  // namespace

std::string expand_tokens(std::string_view pattern, const NameTokens& tokens) {
  std::string name;
  for (std::size_t at = 0; at < pattern.size();) {
    const char c = pattern[at];
    if (c == '{') {
      const std::size_t close = pattern.find('}', at);
      if (close == std::string_view::npos) refuse(pattern, "{ without }");
      name += expand_one(pattern.substr(at + 1, close - at - 1), tokens, pattern);
      at = close + 1;
    } else if (c == '#') {
      const std::size_t end = std::min(pattern.find_first_not_of('#', at), pattern.size());
      name += padded(static_cast<std::uint64_t>(tokens.frame), static_cast<int>(end - at));
      at = end;
    } else if (c == '}' || static_cast<unsigned char>(c) < 0x20 || c == 0x7F) {
      refuse(pattern, c == '}' ? "} without {" : "a control character");
    } else {
      name += c;
      ++at;
    }
  }
  return name;
}

std::string run_directory_name(std::string_view pattern, const NameTokens& tokens,
                               const SlurmIds& slurm) {
  std::string name = expand_tokens(pattern, tokens);
  const std::array<std::pair<const char*, const std::string*>, 3> ids = {
      {{"%j", &slurm.job}, {"%A", &slurm.array}, {"%a", &slurm.index}}};
  for (const auto& [mark, value] : ids) {
    for (std::size_t at = name.find(mark); at != std::string::npos; at = name.find(mark)) {
      if (value->empty()) refuse(pattern, std::string(mark) + " outside such a Slurm job");
      name.replace(at, 2, sanitised(*value));
    }
  }
  if (name.empty()) refuse(pattern, "gives an empty name");
  return name;
}

void check_relative_name(std::string_view name) {
  const std::filesystem::path path(name);
  if (path.empty() || !path.has_filename() || path.filename() == ".") {
    refuse(name, "does not name a file");
  }
  if (path.is_absolute() || std::find(path.begin(), path.end(), "..") != path.end()) {
    refuse(name, "leaves the run directory");
  }
}

std::vector<std::string> picture_names(std::string_view pattern,
                                       std::span<const NameTokens> pictures) {
  std::vector<std::string> names(pictures.size());
  std::map<std::string, int> item_of_name;
  for (std::size_t i = pictures.size(); i-- > 0;) {  // the final picture of an item comes first
    const NameTokens& tokens = pictures[i];
    names[i] = expand_tokens(pattern, tokens);
    check_relative_name(names[i]);
    const auto taken = item_of_name.find(names[i]);
    if (taken != item_of_name.end() && taken->second == tokens.index) {
      names[i] += "_stage" + std::to_string(tokens.stage);
    }
    if (!item_of_name.emplace(names[i], tokens.index).second) {
      refuse(pattern, "two pictures get the name \"" + names[i] + "\"; add {index} or {seed}");
    }
  }
  return names;
}

}  // namespace tessera::storage
