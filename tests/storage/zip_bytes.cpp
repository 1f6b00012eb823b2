#include "tests/storage/zip_bytes.h"

#include <zlib.h>

#include <stdexcept>

namespace tessera::storage {
namespace {

constexpr std::uint32_t kSeeExtra = 0xffffffff;

std::string little(std::uint64_t number, int bytes) {
  std::string text;
  for (int i = 0; i < bytes; ++i) text += static_cast<char>(number >> (8 * i) & 0xff);
  return text;
}

std::uint32_t crc_of(const std::string& text) {
  return static_cast<std::uint32_t>(
      crc32_z(0, reinterpret_cast<const Bytef*>(text.data()), text.size()));
}

/// From "version needed" to the lengths, which both headers have in common.
std::string common_fields(const ZipMember& member, ZipForm form, std::size_t extra_bytes) {
  const auto size = static_cast<std::uint32_t>(member.content.size());
  const bool wide = form == ZipForm::Zip64;
  return little(wide ? 45 : 20, 2) + little(member.flags, 2) + little(member.method, 2) +
         little(0, 4) + little(member.crc.value_or(crc_of(member.content)), 4) +
         little(wide ? kSeeExtra : member.packed_bytes.value_or(size), 4) +
         little(wide ? kSeeExtra : member.bytes.value_or(size), 4) + little(member.name.size(), 2) +
         little(extra_bytes, 2);
}

std::string zip64_extra(const ZipMember& member, std::optional<std::uint64_t> offset) {
  const std::uint64_t size = member.content.size();
  const std::string fields = little(member.bytes.value_or(static_cast<std::uint32_t>(size)), 8) +
                             little(size, 8) + (offset ? little(*offset, 8) : std::string());
  return little(1, 2) + little(fields.size(), 2) + fields;
}

std::string end_of_directory(std::size_t count, std::size_t begin, std::size_t size, ZipForm form) {
  std::string text;
  const bool wide = form == ZipForm::Zip64;
  if (wide) {
    text = "PK\6\6" + little(44, 8) + little(45, 2) + little(45, 2) + little(0, 8) +
           little(count, 8) + little(count, 8) + little(size, 8) + little(begin, 8) + "PK\6\7" +
           little(0, 4) + little(begin + size, 8) + little(1, 4);
  }
  return text + "PK\5\6" + little(0, 4) + little(count, 2) + little(count, 2) + little(size, 4) +
         little(wide ? kSeeExtra : begin, 4) + little(0, 2);
}

}  // namespace

std::string zip_bytes(const std::vector<ZipMember>& members, ZipForm form) {
  std::string file;
  std::string directory;
  const bool wide = form == ZipForm::Zip64;
  for (const ZipMember& member : members) {
    const std::uint64_t offset =
        member.header_offset.value_or(static_cast<std::uint32_t>(file.size()));
    const std::string local_extra = wide ? zip64_extra(member, std::nullopt) : "";
    const std::string extra = wide ? zip64_extra(member, offset) : "";
    directory += "PK\1\2" + little(45, 2) + common_fields(member, form, extra.size()) +
                 little(0, 2) + little(0, 2) + little(0, 2) + little(0, 4) +
                 little(wide ? kSeeExtra : offset, 4) + member.name + extra;
    file += "PK\3\4" + common_fields(member, form, local_extra.size()) + member.name + local_extra +
            member.content;
  }
  return file + directory + end_of_directory(members.size(), file.size(), directory.size(), form);
}

ZipMember deflated(const std::string& name, const std::string& content) {
  z_stream stream = {};
  if (deflateInit2(&stream, 9, Z_DEFLATED, -MAX_WBITS, 8, Z_DEFAULT_STRATEGY) != Z_OK) {
    throw std::runtime_error("deflateInit2 failed");
  }
  std::string packed(deflateBound(&stream, content.size()), '\0');
  std::string copy = content;
  stream.next_in = reinterpret_cast<Bytef*>(copy.data());
  stream.avail_in = static_cast<uInt>(copy.size());
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  const int code = deflate(&stream, Z_FINISH);
  packed.resize(stream.total_out);
  deflateEnd(&stream);
  if (code != Z_STREAM_END) throw std::runtime_error("deflate failed");
  ZipMember member{name, packed};
  member.method = Z_DEFLATED;
  member.crc = crc_of(content);
  member.bytes = static_cast<std::uint32_t>(content.size());
  return member;
}

}  // namespace tessera::storage
