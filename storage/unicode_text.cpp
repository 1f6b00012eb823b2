#include "storage/unicode_text.h"

#include <cstddef>

namespace tessera::storage {
namespace {

constexpr char32_t kReplacement = 0xFFFD;

struct Sequence {
  char32_t code_point = kReplacement;
  std::size_t bytes = 1;
};

/// The sequence at the start of `utf8`, which is not empty. Overlong forms, surrogates and values
/// above U+10FFFF are invalid (RFC 3629).
Sequence first_sequence(std::string_view utf8) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(utf8[i]); };
  const unsigned lead = byte(0);
  if (lead < 0x80) return {lead == 0 ? kReplacement : lead, 1};
  const std::size_t bytes = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || utf8.size() < bytes) return {};
  char32_t value = lead & (0x7Fu >> bytes);
  for (std::size_t i = 1; i < bytes; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return {};
    value = value << 6 | (byte(i) & 0x3F);
  }
  constexpr char32_t kSmallest[] = {0, 0, 0x80, 0x800, 0x10000};
  const bool surrogate = value >= 0xD800 && value <= 0xDFFF;
  if (value < kSmallest[bytes] || value > 0x10FFFF || surrogate) return {};
  return {value, bytes};
}

}  // namespace

std::u32string code_points(std::string_view utf8) {
  std::u32string result;
  while (!utf8.empty()) {
    const Sequence next = first_sequence(utf8);
    result += next.code_point;
    utf8.remove_prefix(next.bytes);
  }
  return result;
}

std::string utf8_of(std::u32string_view code_points) {
  std::string result;
  const auto put = [&](char32_t value) { result += static_cast<char>(value); };
  const auto put_tail = [&](char32_t value, int shift) { put(0x80 | (value >> shift & 0x3F)); };
  for (const char32_t c : code_points) {
    if (c < 0x80) {
      put(c);
    } else if (c < 0x800) {
      put(0xC0 | c >> 6);
      put_tail(c, 0);
    } else if (c < 0x10000) {
      put(0xE0 | c >> 12);
      put_tail(c, 6);
      put_tail(c, 0);
    } else {
      put(0xF0 | c >> 18);
      put_tail(c, 12);
      put_tail(c, 6);
      put_tail(c, 0);
    }
  }
  return result;
}

std::optional<std::string> latin1_of(std::u32string_view code_points) {
  std::string result;
  for (const char32_t c : code_points) {
    const bool printable = (c >= 0x20 && c <= 0x7E) || (c >= 0xA0 && c <= 0xFF);
    if (!printable && c != '\n') return std::nullopt;
    result += static_cast<char>(c);
  }
  return result;
}

std::string utf8_of_latin1(std::string_view latin1) {
  std::u32string points;
  for (const char c : latin1) points += static_cast<unsigned char>(c);
  return utf8_of(points);
}

}  // namespace tessera::storage
