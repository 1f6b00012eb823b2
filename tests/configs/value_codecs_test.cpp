#include "configs/value_codecs.h"

#include <gtest/gtest.h>

#include <limits>

#include "configs/config_yaml.h"

namespace tessera::configs {
namespace {

ConfigValue yaml(const std::string& text) {
  return parse_yaml("a: " + text, "x").entries.at(0).value;
}

TEST(IntegerCodec, TakesItsRangeOnly) {
  const auto codec = integer(1, 1000);
  EXPECT_EQ(codec.read(yaml("1")), 1);
  EXPECT_EQ(codec.read(yaml("1000")), 1000);
  for (const char* wrong : {"0", "1001", "1.5", "x", "\"5\"", "[5]", "null", "5 5", "0x10", "''"}) {
    SCOPED_TRACE(wrong);
    EXPECT_THROW(codec.read(yaml(wrong)), BadValue);
  }
  EXPECT_EQ(codec.type, "integer 1..1000");
}

TEST(NumberCodec, RefusesInfinityAndNonNumbers) {
  const auto codec = number(0, std::numeric_limits<double>::infinity());
  EXPECT_EQ(codec.read(yaml("7.5")), 7.5);
  EXPECT_EQ(codec.read(yaml("1e3")), 1000);
  for (const char* wrong : {"inf", "nan", "-1", ".inf", "true", "1,5"}) {
    SCOPED_TRACE(wrong);
    EXPECT_THROW(codec.read(yaml(wrong)), BadValue);
  }
}

TEST(NumberCodec, WritesTheShortestTextThatReadsBack) {
  for (const double value : {2.0, 0.1, 1.0 / 3.0, 1e-9, 12345678.9}) {
    EXPECT_EQ(number(0, 1e9).read(yaml(number_text(value))), value);
  }
  EXPECT_EQ(number_text(2.0), "2");
}

TEST(BooleanCodec, TakesTrueAndFalseOnly) {
  EXPECT_TRUE(boolean().read(yaml("true")));
  EXPECT_FALSE(boolean().read(yaml("false")));
  EXPECT_THROW(boolean().read(yaml("yes")), BadValue);
}

TEST(SizeCodec, IsHeightByWidthInEveryForm) {
  const partition::Extent expected{320, 512};
  EXPECT_EQ(picture_size().read(yaml("320x512")), expected);
  EXPECT_EQ(picture_size().read(yaml("320X512")), expected);
  EXPECT_EQ(picture_size().read(yaml("[320, 512]")), expected);
  EXPECT_EQ(picture_size().read(yaml("512")), (partition::Extent{512, 512}));
  for (const char* wrong :
       {"320x", "x512", "0", "-64x64", "1x2x3", "99999", "[1, 2, 3]", "a x b"}) {
    SCOPED_TRACE(wrong);
    EXPECT_THROW(picture_size().read(yaml(wrong)), BadValue);
  }
}

TEST(ListCodec, TakesOneValueOrSeveral) {
  const auto codec = list_of("sizes", picture_size());
  EXPECT_EQ(codec.read(yaml("512")).size(), 1u);
  EXPECT_EQ(codec.read(yaml("[512, 320x512, [64, 128]]")).at(2), (partition::Extent{64, 128}));
  EXPECT_THROW(codec.read(yaml("[]")), BadValue);
}

TEST(ListCodec, BlamesTheElementThatIsWrong) {
  try {
    list_of("sizes", picture_size()).read(yaml("[512, wide]"));
    FAIL() << "expected BadValue";
  } catch (const BadValue& bad) {
    EXPECT_EQ(bad.value().text, "wide");
  }
}

TEST(OptionalCodec, KnowsItsWord) {
  const auto base = optional_of("auto", picture_size());
  EXPECT_FALSE(base.read(yaml("auto")).has_value());
  EXPECT_THROW(base.read(yaml("null")), BadValue);
  const auto fraction = optional_of("null", number(0, 1));
  EXPECT_FALSE(fraction.read(yaml("~")).has_value());
  EXPECT_EQ(fraction.read(yaml("0.5")), 0.5);
  EXPECT_EQ(to_yaml(fraction.write(std::nullopt)), "null");
}

TEST(DurationCodec, UnderstandsUnits) {
  EXPECT_EQ(duration().read(yaml("90s")), 90);
  EXPECT_EQ(duration().read(yaml("1.5 min")), 90);
  EXPECT_EQ(duration().read(yaml("2h")), 7200);
  EXPECT_EQ(duration().read(yaml("20")), 20);
  for (const char* wrong : {"0", "-5s", "5 days", "s", "1..5"}) {
    SCOPED_TRACE(wrong);
    EXPECT_THROW(duration().read(yaml(wrong)), BadValue);
  }
}

TEST(ByteCountCodec, UnderstandsUnits) {
  EXPECT_EQ(byte_count().read(yaml("64MiB")), 64 << 20);
  EXPECT_EQ(byte_count().read(yaml("1 GiB")), 1 << 30);
  EXPECT_THROW(byte_count().read(yaml("64MB")), BadValue);
}

TEST(FreeUCodec, FillsWhatIsLeftOut) {
  const auto factors = free_u_factors().read(yaml("{b1: 1.3, s2: 0}"));
  EXPECT_EQ(factors, (JobConfig::FreeU{1.3, 1.2, 0.6, 0.0}));
  EXPECT_THROW(free_u_factors().read(yaml("{b3: 1}")), BadValue);
  EXPECT_THROW(free_u_factors().read(yaml("{b1: 11}")), BadValue);
}

TEST(TextCodec, TakesAnyScalarButNull) {
  EXPECT_EQ(text("text", Emptiness::Allowed).read(yaml("123")), "123");
  EXPECT_EQ(text("text", Emptiness::Allowed).read(yaml("'null'")), "null");
  EXPECT_THROW(text("text", Emptiness::Allowed).read(yaml("null")), BadValue);
  EXPECT_THROW(text("text", Emptiness::Refused).read(yaml("''")), BadValue);
}

}  // namespace
}  // namespace tessera::configs
