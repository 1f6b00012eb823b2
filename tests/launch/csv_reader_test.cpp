#include "launch/csv_reader.h"

#include <gmock/gmock.h>

#include "configs/config_error.h"

namespace tessera::launch {
namespace {

using testing::HasSubstr;
using testing::ThrowsMessage;
using Records = std::vector<std::vector<std::string>>;

Records texts_of(std::string_view csv) {
  Records records;
  for (const auto& cells : read_csv(csv, "p.csv")) {
    records.emplace_back();
    for (const CsvCell& cell : cells) records.back().push_back(cell.text);
  }
  return records;
}

template <typename Matcher>
void expect_error(std::string_view csv, const Matcher& matcher) {
  EXPECT_THAT([&] { read_csv(csv, "p.csv"); }, ThrowsMessage<configs::ConfigError>(matcher)) << csv;
}

TEST(CsvReader, EndsRecordsAtLineBreaksOfBothKinds) {
  const Records expected{{"a", "b"}, {"1", ""}};
  for (const char* csv : {"a,b\n1,\n", "a,b\r\n1,\r\n", "a,b\n\n1,", "\n a , b\t\n 1,  \n \n"}) {
    EXPECT_EQ(texts_of(csv), expected) << csv;
  }
  EXPECT_TRUE(texts_of("").empty());
  EXPECT_TRUE(texts_of("\r\n\n").empty());
}

TEST(CsvReader, KeepsWhatStandsInQuotes) {
  EXPECT_EQ(texts_of("\"a, b\" ,\"say \"\"hi\"\"\",\" x \"\n\"two\r\nlines\",\"\",z"),
            (Records{{"a, b", "say \"hi\"", " x "}, {"two\nlines", "", "z"}}));
}

TEST(CsvReader, PlacesCells) {
  const auto records = read_csv("a,\"b\nc\", d\n e\n", "p.csv");
  EXPECT_EQ(records[0][1].place.text(), "p.csv:1:3");
  EXPECT_EQ(records[0][2].place.text(), "p.csv:2:5");
  EXPECT_EQ(records[1][0].place.text(), "p.csv:3:2");
}

TEST(CsvReader, RefusesQuotesThatDoNotFit) {
  expect_error("a\nb,\"c\nd", HasSubstr("p.csv:2:3: this quote is never closed"));
  expect_error("a,b\"c\"", HasSubstr("p.csv:1:4: a quote inside a cell"));
  expect_error("\"a\"b", HasSubstr("p.csv:1:4: text after the closing quote"));
}

}  // namespace
}  // namespace tessera::launch
