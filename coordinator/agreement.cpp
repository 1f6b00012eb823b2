#include "coordinator/agreement.h"

#include <array>
#include <cstdint>
#include <cstring>
#include <stdexcept>
#include <type_traits>

#include "comm/exit_code.h"
#include "coordinator/bytes_of.h"

namespace tessera::coordinator {
namespace {

constexpr std::size_t kLongestText = 128;

struct SharedText {
  std::uint32_t length = 0;
  std::array<char, kLongestText> text{};

  std::string_view view() const { return {text.data(), length}; }
};

}  // namespace

Verdict judge(std::span<const worker::Outcome> outcomes) {
  for (std::size_t rank = 0; rank < outcomes.size(); ++rank) {
    if (outcomes[rank].exit_code != 0) {
      return {outcomes[rank].exit_code, static_cast<int>(rank),
              std::string(outcomes[rank].message_text())};
    }
  }
  return {};
}

Verdict agree(comm::Communicator& control, const worker::Outcome& mine) {
  std::vector<worker::Outcome> all(static_cast<std::size_t>(control.size()));
  control.all_gather(bytes_of(mine), writable_bytes_of(all));
  return judge(all);
}

Verdict agree_on(comm::Communicator& control, std::string_view what, std::string_view text) {
  if (text.size() > kLongestText) {
    throw std::invalid_argument("a text to agree on has at most 128 bytes");
  }
  SharedText mine;
  mine.length = static_cast<std::uint32_t>(text.size());
  std::memcpy(mine.text.data(), text.data(), text.size());
  std::vector<SharedText> all(static_cast<std::size_t>(control.size()));
  control.all_gather(bytes_of(mine), writable_bytes_of(all));
  for (std::size_t rank = 1; rank < all.size(); ++rank) {
    if (all[rank].view() != all[0].view()) {
      return {comm::kInternal, static_cast<int>(rank),
              "the ranks disagree about the " + std::string(what) + ": rank 0 has " +
                  std::string(all[0].view()) + ", rank " + std::to_string(rank) + " has " +
                  std::string(all[rank].view()) +
                  ". Start the same program on every host, with the same files."};
    }
  }
  return {};
}

std::string broadcast_text(comm::Communicator& control, std::string_view text) {
  const bool root = control.rank() == 0;
  std::uint64_t length = root ? text.size() : 0;
  control.broadcast(writable_bytes_of(length), 0);
  std::string result(static_cast<std::size_t>(length), '\0');
  if (root) {
    result = text;
  }
  if (length > 0) {
    control.broadcast({reinterpret_cast<std::byte*>(result.data()), result.size()}, 0);
  }
  return result;
}

}  // namespace tessera::coordinator
