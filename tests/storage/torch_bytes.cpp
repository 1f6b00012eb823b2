#include "tests/storage/torch_bytes.h"

namespace tessera::storage {
namespace pickled {
namespace {

std::string little(std::uint32_t number) {
  std::string bytes;
  for (int i = 0; i < 4; ++i) bytes += static_cast<char>(number >> (8 * i) & 0xff);
  return bytes;
}

}  // namespace

std::string text(const std::string& value) {
  return "X" + little(static_cast<std::uint32_t>(value.size())) + value;
}

std::string number(std::int32_t value) { return "J" + little(static_cast<std::uint32_t>(value)); }

std::string tuple(const std::vector<std::int64_t>& numbers) {
  std::string items = "(";
  for (const std::int64_t item : numbers) items += number(static_cast<std::int32_t>(item));
  return items + "t";
}

std::string dict(const std::string& keys_and_values) { return "}(" + keys_and_values + "u"; }

std::string storage(const std::string& type, const std::string& key, std::int32_t elements) {
  return "(" + text("storage") + "ctorch\n" + type + "\n" + text(key) + text("cpu") +
         number(elements) + "tQ";
}

std::string tensor(const std::string& storage, std::int32_t offset,
                   const std::vector<std::int64_t>& shape,
                   const std::vector<std::int64_t>& strides) {
  return "ctorch._utils\n_rebuild_tensor_v2\n(" + storage + number(offset) + tuple(shape) +
         tuple(strides) + "\x89" + "ccollections\nOrderedDict\n)RtR";
}

std::string document(const std::string& value) { return "\x80\x02" + value + "."; }

}  // namespace pickled

std::vector<ZipMember> sample_torch_members() {
  const float numbers[] = {0, 1, 2, 3, 4, 5};
  const std::string data(reinterpret_cast<const char*>(numbers), sizeof numbers);
  const std::string storage = pickled::storage("FloatStorage", "0", 6);
  const std::string weights = "ccollections\nOrderedDict\n)R(" + pickled::text("a") +
                              pickled::tensor(storage, 0, {2, 3}, {3, 1}) + pickled::text("b") +
                              pickled::tensor(storage, 1, {2}, {3}) + "u}" +
                              pickled::text("_metadata") + "ccollections\nOrderedDict\n)Rsb";
  const std::string pickle = pickled::document(pickled::dict(
      pickled::text("epoch") + pickled::number(7) + pickled::text("state_dict") + weights));
  return {
      {"m/data.pkl", pickle}, {"m/byteorder", "little"}, {"m/data/0", data}, {"m/version", "3\n"}};
}

}  // namespace tessera::storage
