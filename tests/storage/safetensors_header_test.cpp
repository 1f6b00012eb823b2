#include "storage/safetensors_header.h"

#include "storage/storage_error.h"
#include "tests/storage/expect_error.h"

namespace tessera::storage {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

SafetensorsHeader parse(std::string_view json) { return parse_safetensors_header(json, "m.st"); }

TEST(SafetensorsHeader, ReadsTensorsAndMetadata) {
  const SafetensorsHeader header = parse(
      R"({"__metadata__":{"format":"pt"},"a.b":{"shape":[2,3],"dtype":"F16","data_offsets":[0,12]},)"
      R"("c":{"dtype":"BOOL","shape":[],"data_offsets":[12,13]}}   )");
  ASSERT_EQ(header.entries.size(), 2u);
  EXPECT_EQ(header.entries[0].name, "a.b");
  EXPECT_EQ(header.entries[0].dtype, Dtype::F16);
  EXPECT_EQ(header.entries[0].shape, (std::vector<std::int64_t>{2, 3}));
  EXPECT_EQ(header.entries[0].end, 12u);
  EXPECT_TRUE(header.entries[1].shape.empty());
  EXPECT_EQ(header.metadata.at("format"), "pt");
}

TEST(SafetensorsHeader, MayBeEmpty) { EXPECT_TRUE(parse("{}").entries.empty()); }

struct BadHeader {
  const char* json;
  const char* says;
};

class RefusedSafetensorsHeader : public testing::TestWithParam<BadHeader> {};

TEST_P(RefusedSafetensorsHeader, SaysWhatIsWrong) {
  const std::string message = message_of<DataError>([] { parse(GetParam().json); });
  EXPECT_THAT(message, StartsWith("m.st: "));
  EXPECT_THAT(message, HasSubstr(GetParam().says));
}

INSTANTIATE_TEST_SUITE_P(
    Form, RefusedSafetensorsHeader,
    testing::Values(BadHeader{"", "not JSON"}, BadHeader{"{", "not JSON"},
                    BadHeader{"{} x", "not JSON"}, BadHeader{"{\"a\xff\":{}}", "not JSON"},
                    BadHeader{"[]", "a list"}, BadHeader{"7", "number 7"},
                    BadHeader{"null", "null"},
                    BadHeader{R"({"a":7})", "tensor \"a\" has the number 7"},
                    BadHeader{R"({"a":{}})", "no member \"dtype\""},
                    BadHeader{R"({"__metadata__":{"a":{}}})", "a nested object"},
                    BadHeader{R"({"__metadata__":{"a":1}})", "the number 1"},
                    BadHeader{R"({"__metadata__":{},"__metadata__":{}})", "two entries"}));

INSTANTIATE_TEST_SUITE_P(
    Members, RefusedSafetensorsHeader,
    testing::Values(
        BadHeader{R"({"a":{"dtype":"F32","shape":[1]}})", "no member \"data_offsets\""},
        BadHeader{R"({"a":{"dtype":"F32","data_offsets":[0,4]}})", "no member \"shape\""},
        BadHeader{R"({"a":{"dtype":"F99","shape":[1],"data_offsets":[0,4]}})",
                  "unknown element type \"F99\""},
        BadHeader{R"({"a":{"dtype":4,"shape":[1],"data_offsets":[0,4]}})",
                  "the number 4 in \"dtype\""},
        BadHeader{R"({"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}})",
                  "tensor \"a\" has the negative number -1 in \"shape\""},
        BadHeader{R"({"a":{"dtype":"F32","shape":[1.5],"data_offsets":[0,4]}})", "1.5"},
        BadHeader{R"({"a":{"dtype":"F32","shape":[9223372036854775808],"data_offsets":[0,4]}})",
                  "9223372036854775808"},
        BadHeader{R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,99999999999999999999]}})",
                  "99999999999999999999"},
        BadHeader{R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0]}})", "not a pair"},
        BadHeader{R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4,8]}})", "the number 8"},
        BadHeader{R"({"a":{"dtype":"F32","shape":[[1]],"data_offsets":[0,4]}})", "a list"},
        BadHeader{R"({"a":{"dtype":"F32","shape":1,"data_offsets":[0,4]}})", "the number 1"},
        BadHeader{R"({"a":{"dtype":"F32","shape":[true],"data_offsets":[0,4]}})", "a truth value"},
        BadHeader{R"({"a":{"dtype":"F32","shape":[1],"shape":[1],"data_offsets":[0,4]}})",
                  "two members in \"shape\""},
        BadHeader{R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4],"x":"y"}})",
                  "the text \"y\" in \"x\""},
        BadHeader{R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},)"
                  R"("a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}})",
                  "tensor \"a\" has two entries"}));

TEST(SafetensorsHeader, RefusesNestingBeforeItCosts) {
  EXPECT_THROW(parse(std::string(50'000'000, '[')), DataError);
  std::string objects;
  for (int i = 0; i < 1'000'000; ++i) objects += R"({"a":)";
  EXPECT_THROW(parse(objects), DataError);
}

}  // namespace
}  // namespace tessera::storage
