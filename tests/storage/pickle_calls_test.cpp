#include "storage/pickle_calls.h"

#include <limits>

#include "tests/storage/expect_error.h"

namespace tessera::storage {
namespace {

using testing::HasSubstr;

/// A document whose values are tuples of counts, and the arguments of a tensor.
class RebuildTest : public testing::Test {
 protected:
  PickleIndex add(PickleValue value) {
    document_.values.push_back(std::move(value));
    return document_.values.size() - 1;
  }
  PickleIndex counts(const std::vector<std::int64_t>& numbers) {
    PickleTuple tuple;
    for (const std::int64_t number : numbers) tuple.items.push_back(add(number));
    return add(tuple);
  }
  PickleTuple arguments(std::int64_t offset, const std::vector<std::int64_t>& shape,
                        const std::vector<std::int64_t>& strides, std::uint64_t elements = 12) {
    return {{add(PickleStorage{"7", Dtype::F16, elements}), add(offset), counts(shape),
             counts(strides), add(false), add(PickleDict{})}};
  }
  PickleTensor tensor(const PickleTuple& arguments) {
    return std::get<PickleTensor>(rebuild(document_, kRebuild, arguments));
  }
  std::string refusal(const PickleTuple& arguments) {
    return message_of<PickleFault>([&] { rebuild(document_, kRebuild, arguments); });
  }

  static constexpr PickleGlobal kRebuild{PickleGlobal::Kind::RebuildTensor};
  PickleDocument document_;
};

TEST(AllowedGlobal, KnowsTheNamesOfWeights) {
  EXPECT_EQ(allowed_global("collections", "OrderedDict").kind, PickleGlobal::Kind::OrderedDict);
  EXPECT_EQ(allowed_global("torch", "BFloat16Storage").dtype, Dtype::BF16);
}

TEST(AllowedGlobal, RefusesEveryOtherName) {
  for (const auto& [module, name] :
       std::vector<std::pair<std::string, std::string>>{{"posix", "system"},
                                                        {"os", "system"},
                                                        {"builtins", "eval"},
                                                        {"torch", "load"},
                                                        {"torch._utils", "_rebuild_parameter"},
                                                        {"collections", "defaultdict"},
                                                        {"", "OrderedDict"}}) {
    EXPECT_THAT(message_of<PickleFault>([&] { allowed_global(module, name); }),
                HasSubstr("it refers to \"" + module + " " + name + "\""));
  }
}

TEST_F(RebuildTest, MakesTensorsOfEveryForm) {
  const PickleTensor matrix = tensor(arguments(0, {3, 4}, {4, 1}));
  EXPECT_EQ(matrix.shape, (std::vector<std::int64_t>{3, 4}));
  EXPECT_EQ(matrix.storage.key, "7");
  EXPECT_EQ(tensor(arguments(11, {}, {})).offset, 11u);
  EXPECT_EQ(tensor(arguments(0, {4, 3}, {1, 4})).strides, (std::vector<std::int64_t>{1, 4}));
  EXPECT_TRUE(tensor(arguments(12, {0, 5}, {5, 1})).storage.dtype == Dtype::F16);
}

TEST_F(RebuildTest, RefusesTensorsBeyondTheirStorage) {
  EXPECT_THAT(refusal(arguments(1, {3, 4}, {4, 1})),
              HasSubstr("a tensor [3,4] with strides [4,1] from element 1 on reaches beyond its "
                        "storage \"7\" of 12 elements"));
  EXPECT_THAT(refusal(arguments(0, {3, 4}, {5, 1})), HasSubstr("beyond"));
  EXPECT_THAT(refusal(arguments(13, {0}, {1})), HasSubstr("beyond"));
  EXPECT_THAT(refusal(arguments(0, {1}, {1}, 0)), HasSubstr("beyond"));
}

TEST_F(RebuildTest, RefusesShapesThatRepeatElementsOrOverflow) {
  constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();
  EXPECT_THAT(refusal(arguments(0, {1'000'000, 1'000'000}, {0, 0})), HasSubstr("beyond"));
  EXPECT_THAT(refusal(arguments(0, {kMost, kMost, kMost}, {0, 0, 0})), HasSubstr("beyond"));
  EXPECT_THAT(refusal(arguments(0, {kMost}, {kMost})), HasSubstr("beyond"));
  EXPECT_THAT(refusal(arguments(kMost, {2}, {kMost})), HasSubstr("beyond"));
}

TEST_F(RebuildTest, RefusesArgumentsOfAnotherForm) {
  EXPECT_THAT(refusal(arguments(-1, {1}, {1})), HasSubstr("the offset of a tensor is -1"));
  EXPECT_THAT(refusal(arguments(0, {-1}, {1})), HasSubstr("the shape of a tensor is -1"));
  EXPECT_THAT(refusal(arguments(0, {2, 2}, {1})), HasSubstr("has the strides [1]"));
  EXPECT_THAT(refusal(PickleTuple{}), HasSubstr("has 0 arguments"));
  PickleTuple odd = arguments(0, {1}, {1});
  std::swap(odd.items[0], odd.items[1]);
  EXPECT_THAT(refusal(odd), HasSubstr("the storage of a tensor is of another type"));
  PickleTuple hooked = arguments(0, {1}, {1});
  hooked.items[5] = add(PickleDict{{{odd.items[0], odd.items[0]}}});
  EXPECT_THAT(refusal(hooked), HasSubstr("has hooks"));
  EXPECT_THAT(
      refusal(arguments(0, std::vector<std::int64_t>(65, 1), std::vector<std::int64_t>(65, 1))),
      HasSubstr("65 dimensions"));
}

TEST_F(RebuildTest, CallsNothingElse) {
  EXPECT_TRUE(std::holds_alternative<PickleDict>(rebuild(document_, {}, PickleTuple{})));
  EXPECT_THROW(rebuild(document_, {}, PickleTuple{{counts({1})}}), PickleFault);
  const PickleGlobal type{PickleGlobal::Kind::Storage, Dtype::F32};
  EXPECT_THROW(rebuild(document_, type, PickleTuple{}), PickleFault);
}

TEST_F(RebuildTest, ReadsPersistentIdsOfStoragesOnly) {
  const auto text = [&](const char* value) { return add(std::string(value)); };
  const PickleIndex type = add(allowed_global("torch", "FloatStorage"));
  const PickleTuple id{{text("storage"), type, text("12"), text("cuda:0"), add(std::int64_t{5})}};
  EXPECT_EQ(persistent_storage(document_, id).key, "12");
  EXPECT_EQ(persistent_storage(document_, id).elements, 5u);
  PickleTuple other = id;
  other.items[0] = text("module");
  EXPECT_THROW(persistent_storage(document_, other), PickleFault);
  other = id;
  other.items[1] = add(PickleGlobal{});
  EXPECT_THROW(persistent_storage(document_, other), PickleFault);
  EXPECT_THROW(persistent_storage(document_, PickleTuple{}), PickleFault);
}

TEST_F(RebuildTest, IgnoresTheMetadataOfADictAndNoOtherState) {
  const auto name = [&](const char* value) { return add(std::string(value)); };
  const PickleDict state{{{name("_metadata"), name("x")}}};
  check_ignored_state(document_, PickleDict{}, state);
  const PickleDict other{{{name("__class__"), name("x")}}};
  EXPECT_THROW(check_ignored_state(document_, PickleDict{}, other), PickleFault);
  EXPECT_THROW(check_ignored_state(document_, PickleList{}, state), PickleFault);
  EXPECT_THROW(check_ignored_state(document_, PickleDict{}, PickleNone{}), PickleFault);
}

}  // namespace
}  // namespace tessera::storage
