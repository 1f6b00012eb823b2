#include "storage/pickle_reader.h"

#include <bit>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "storage/pickle_calls.h"
#include "storage/pickle_opcodes.h"
#include "storage/storage_error.h"

namespace tessera::storage {
namespace {

using Op = PickleOpcode;

/// A checkpoint has some 25 values per tensor; VideoCrafter2 about 50 000.
constexpr std::size_t kMostValues = 1'000'000;
constexpr std::uint8_t kHighestProtocol = 5;

class Machine {
 public:
  explicit Machine(std::string_view pickle) : pickle_(pickle) {}

  PickleDocument run() {
    for (;;) {
      operation_ = at_;
      const auto code = static_cast<std::uint8_t>(take(1).front());
      if (static_cast<Op>(code) == Op::Stop) break;
      perform(code);
    }
    document_.root = pop();
    if (!stack_.empty() || !marks_.empty()) throw PickleFault("values are left at its end");
    if (at_ != pickle_.size()) throw PickleFault("bytes follow its end");
    return std::move(document_);
  }

  /// Where the operation at work begins.
  std::size_t operation() const { return operation_; }

 private:
  void perform(std::uint8_t code);
  bool perform_plain(Op op);
  bool perform_container(Op op);
  bool perform_memo(Op op);
  bool perform_object(Op op);

  std::string_view take(std::uint64_t bytes) {
    if (bytes > pickle_.size() - at_) throw PickleFault("it ends early");
    const std::string_view taken = pickle_.substr(at_, bytes);
    at_ += bytes;
    return taken;
  }

  /// Little-endian.
  std::uint64_t take_number(std::size_t bytes) {
    const std::string_view taken = take(bytes);
    std::uint64_t number = 0;
    for (std::size_t i = 0; i < bytes; ++i) {
      number |= std::uint64_t{static_cast<unsigned char>(taken[i])} << (8 * i);
    }
    return number;
  }

  /// Two's complement of up to 8 bytes.
  std::int64_t take_long() {
    const std::uint64_t bytes = take_number(1);
    if (bytes > 8) throw PickleFault("an integer has " + std::to_string(bytes) + " bytes");
    const std::uint64_t number = take_number(bytes);
    const std::uint64_t unused = 64 - 8 * bytes;
    if (bytes == 0) return 0;
    return static_cast<std::int64_t>(number << unused) >> unused;
  }

  double take_double() {
    std::uint64_t bits = 0;
    for (const char c : take(8)) bits = bits << 8 | static_cast<unsigned char>(c);  // big-endian
    return std::bit_cast<double>(bits);
  }

  std::string_view take_line() {
    const std::size_t end = pickle_.find('\n', at_);
    if (end == std::string_view::npos) throw PickleFault("it ends early");
    const std::string_view line = pickle_.substr(at_, end - at_);
    at_ = end + 1;
    return line;
  }

  void push(PickleValue value) {
    if (document_.values.size() == kMostValues) {
      throw PickleFault("it has more than " + std::to_string(kMostValues) + " values");
    }
    stack_.push_back(document_.values.size());
    document_.values.push_back(std::move(value));
  }

  std::size_t floor() const { return marks_.empty() ? 0 : marks_.back(); }

  PickleIndex pop() {
    if (stack_.size() <= floor()) throw PickleFault("a value is missing on its stack");
    const PickleIndex index = stack_.back();
    stack_.pop_back();
    return index;
  }

  std::vector<PickleIndex> pop_last(std::size_t count) {
    if (stack_.size() - floor() < count) throw PickleFault("a value is missing on its stack");
    const auto begin = stack_.end() - static_cast<std::ptrdiff_t>(count);
    std::vector<PickleIndex> items(begin, stack_.end());
    stack_.erase(begin, stack_.end());
    return items;
  }

  std::vector<PickleIndex> pop_to_mark() {
    if (marks_.empty()) throw PickleFault("a mark is missing on its stack");
    std::vector<PickleIndex> items = pop_last(stack_.size() - marks_.back());
    marks_.pop_back();
    return items;
  }

  /// The value on top of the stack, which stays there.
  template <typename Value>
  Value& top(const char* what) {
    if (stack_.size() <= floor()) throw PickleFault("a value is missing on its stack");
    auto* value = std::get_if<Value>(&document_.values[stack_.back()]);
    if (value == nullptr) throw PickleFault(std::string("what is changed is not ") + what);
    return *value;
  }

  /// Valid until the next push: a copy could be asked for again and again.
  template <typename Value>
  const Value& pop_as(const char* what) {
    const auto* value = std::get_if<Value>(&document_.values[pop()]);
    if (value == nullptr) throw PickleFault(std::string(what) + " is of another type");
    return *value;
  }

  void append(const std::vector<PickleIndex>& items) {
    auto& list = top<PickleList>("a list").items;
    list.insert(list.end(), items.begin(), items.end());
  }

  void set_items(const std::vector<PickleIndex>& items) {
    if (items.size() % 2 != 0) throw PickleFault("a key has no value");
    auto& dict = top<PickleDict>("a dict").items;
    for (std::size_t i = 0; i < items.size(); i += 2) dict.emplace_back(items[i], items[i + 1]);
  }

  void put(std::uint64_t key) {
    if (stack_.size() <= floor()) throw PickleFault("a value is missing on its stack");
    memo_[key] = stack_.back();
  }

  void get(std::uint64_t key) {
    const auto found = memo_.find(key);
    if (found == memo_.end()) throw PickleFault("the memo has no " + std::to_string(key));
    stack_.push_back(found->second);
  }

  std::string_view pickle_;
  std::size_t at_ = 0;
  std::size_t operation_ = 0;
  PickleDocument document_;
  std::vector<PickleIndex> stack_;
  std::vector<std::size_t> marks_;  ///< heights of the stack
  std::unordered_map<std::uint64_t, PickleIndex> memo_;
};

void Machine::perform(std::uint8_t code) {
  const auto op = static_cast<Op>(code);
  if (perform_plain(op) || perform_container(op) || perform_memo(op) || perform_object(op)) return;
  throw PickleFault("the operation " + pickle_opcode_text(code) +
                    " is none that a file of weights needs");
}

bool Machine::perform_plain(Op op) {
  switch (op) {
    case Op::None:
      return push(PickleNone{}), true;
    case Op::NewTrue:
      return push(true), true;
    case Op::NewFalse:
      return push(false), true;
    case Op::BinInt:
      return push(std::int64_t{static_cast<std::int32_t>(take_number(4))}), true;
    case Op::BinInt1:
      return push(static_cast<std::int64_t>(take_number(1))), true;
    case Op::BinInt2:
      return push(static_cast<std::int64_t>(take_number(2))), true;
    case Op::Long1:
      return push(take_long()), true;
    case Op::BinFloat:
      return push(take_double()), true;
    case Op::BinUnicode:
      return push(std::string(take(take_number(4)))), true;
    case Op::ShortBinUnicode:
      return push(std::string(take(take_number(1)))), true;
    default:
      return false;
  }
}

bool Machine::perform_container(Op op) {
  switch (op) {
    case Op::Mark:
      return marks_.push_back(stack_.size()), true;
    case Op::EmptyList:
      return push(PickleList{}), true;
    case Op::EmptyDict:
      return push(PickleDict{}), true;
    case Op::EmptyTuple:
      return push(PickleTuple{}), true;
    case Op::Tuple1:
      return push(PickleTuple{pop_last(1)}), true;
    case Op::Tuple2:
      return push(PickleTuple{pop_last(2)}), true;
    case Op::Tuple3:
      return push(PickleTuple{pop_last(3)}), true;
    case Op::Tuple:
      return push(PickleTuple{pop_to_mark()}), true;
    case Op::Append:
      return append(pop_last(1)), true;
    case Op::Appends:
      return append(pop_to_mark()), true;
    case Op::SetItem:
      return set_items(pop_last(2)), true;
    case Op::SetItems:
      return set_items(pop_to_mark()), true;
    default:
      return false;
  }
}

bool Machine::perform_memo(Op op) {
  switch (op) {
    case Op::BinPut:
      return put(take_number(1)), true;
    case Op::LongBinPut:
      return put(take_number(4)), true;
    case Op::Memoize:
      return put(memo_.size()), true;
    case Op::BinGet:
      return get(take_number(1)), true;
    case Op::LongBinGet:
      return get(take_number(4)), true;
    default:
      return false;
  }
}

bool Machine::perform_object(Op op) {
  switch (op) {
    case Op::Proto:
      if (take_number(1) > kHighestProtocol) throw PickleFault("its protocol is above 5");
      return true;
    case Op::Frame:
      return take_number(8), true;
    case Op::Global: {
      const std::string_view module = take_line();
      return push(allowed_global(module, take_line())), true;
    }
    case Op::StackGlobal: {
      const auto& name = pop_as<std::string>("a name");
      return push(allowed_global(pop_as<std::string>("a module"), name)), true;
    }
    case Op::Reduce: {
      const auto& arguments = pop_as<PickleTuple>("what a call takes");
      return push(rebuild(document_, pop_as<PickleGlobal>("what is called"), arguments)), true;
    }
    case Op::BinPersId:
      return push(persistent_storage(document_, pop_as<PickleTuple>("a persistent id"))), true;
    case Op::Build: {
      const PickleIndex state = pop();
      check_ignored_state(document_, top<PickleDict>("a dict"), document_.at(state));
      return true;
    }
    default:
      return false;
  }
}

}  // namespace

PickleDocument read_pickle(std::string_view pickle, const std::filesystem::path& file) {
  Machine machine(pickle);
  try {
    return machine.run();
  } catch (const PickleFault& fault) {
    throw DataError(file.string() + ": its pickle is refused at byte " +
                    std::to_string(machine.operation()) + ": " + fault.what());
  }
}

}  // namespace tessera::storage
