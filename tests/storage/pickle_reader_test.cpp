#include "storage/pickle_reader.h"

#include "storage/storage_error.h"
#include "tests/storage/expect_error.h"
#include "tests/storage/torch_bytes.h"

namespace tessera::storage {
namespace {

using testing::AllOf;
using testing::HasSubstr;

PickleDocument read(const std::string& value) {
  return read_pickle(pickled::document(value), "m.ckpt");
}

template <typename Value>
Value root_as(const PickleDocument& document) {
  return std::get<Value>(document.at(document.root));
}

std::string refusal(const std::string& pickle) {
  return message_of<DataError>([&] { read_pickle(pickle, "m.ckpt"); });
}

std::string refusal_of_value(const std::string& value) { return refusal(pickled::document(value)); }

TEST(PickleReader, ReadsPlainValues) {
  EXPECT_EQ(root_as<std::int64_t>(read("J\xfe\xff\xff\xff")), -2);
  EXPECT_EQ(root_as<std::int64_t>(read("M\xff\xff")), 65535);
  EXPECT_EQ(root_as<std::int64_t>(read("\x8a\x01\xff")), -1);
  EXPECT_EQ(root_as<std::int64_t>(read(std::string("\x8a\x00", 2))), 0);
  EXPECT_EQ(root_as<std::int64_t>(read(std::string("\x8a\x05\x00\x00\x00\x00\x01", 7))),
            std::int64_t{1} << 32);
  EXPECT_EQ(root_as<double>(read(std::string("G\x3f\xf8\0\0\0\0\0\0", 9))), 1.5);
  EXPECT_EQ(root_as<bool>(read("\x88")), true);
  EXPECT_EQ(root_as<std::string>(read(pickled::text("ü"))), "ü");
  EXPECT_NO_THROW(root_as<PickleNone>(read("N")));
}

TEST(PickleReader, ReadsContainersAndTheMemo) {
  const PickleDocument document = read("](K\1K\2eq\5K\3a" + std::string("h\5") + "\x86");
  const auto tuple = root_as<PickleTuple>(document);
  ASSERT_EQ(tuple.items.size(), 2u);
  EXPECT_EQ(tuple.items[0], tuple.items[1]) << "one list, referred to twice";
  EXPECT_EQ(std::get<PickleList>(document.at(tuple.items[0])).items.size(), 3u);
}

TEST(PickleReader, ReadsProtocolFour) {
  const std::string pickle = std::string("\x80\x04\x95\0\0\0\0\0\0\0\0", 11) + "\x8c\x0b" +
                             "collections\x94\x8c\x0bOrderedDict\x94\x93)R.";
  EXPECT_NO_THROW(root_as<PickleDict>(read_pickle(pickle, "m.ckpt")));
}

TEST(PickleReader, ReadsATensorAndIgnoresMetadata) {
  const PickleDocument document = read(
      pickled::dict(pickled::text("w") +
                    pickled::tensor(pickled::storage("HalfStorage", "3", 8), 2, {2, 3}, {3, 1})));
  const auto found = document.find(root_as<PickleDict>(document), "w");
  ASSERT_TRUE(found.has_value());
  const auto& tensor = std::get<PickleTensor>(document.at(*found));
  EXPECT_EQ(tensor.storage.key, "3");
  EXPECT_EQ(tensor.storage.dtype, Dtype::F16);
  EXPECT_EQ(tensor.offset, 2u);
}

TEST(PickleReader, RefusesCodeByNameAndByte) {
  const std::string command = pickled::text("touch /tmp/owned") + "\x85R";
  EXPECT_THAT(
      refusal_of_value("cposix\nsystem\n" + command),
      AllOf(HasSubstr("m.ckpt: its pickle is refused at byte 2"), HasSubstr("\"posix system\"")));
  EXPECT_THAT(refusal_of_value("cos\nsystem\n" + command), HasSubstr("\"os system\""));
  EXPECT_THAT(refusal_of_value("cbuiltins\neval\n" + command), HasSubstr("\"builtins eval\""));
  EXPECT_THAT(refusal_of_value("c__builtin__\nexec\n" + command),
              HasSubstr("\"__builtin__ exec\""));
  EXPECT_THAT(refusal_of_value(pickled::text("posix") + pickled::text("system") + "\x93" + command),
              AllOf(HasSubstr("at byte 23"), HasSubstr("\"posix system\"")));
  EXPECT_THAT(refusal_of_value("(" + pickled::text("touch /tmp/owned") + "iposix\nsystem\n"),
              HasSubstr("the operation INST (0x69)"));
  EXPECT_THAT(refusal_of_value("ccollections\nOrderedDict\n)\x81"),
              HasSubstr("the operation NEWOBJ (0x81)"));
  EXPECT_THAT(refusal_of_value("}}" + pickled::text("__setstate__") + "Nsb"),
              HasSubstr("only the _metadata of a dict is known"));
}

TEST(PickleReader, RefusesOperationsThatWeightsDoNotNeed) {
  for (const std::string operation : {"0", "1", "2", "I1\n", "V1\n", "U\1x", "T", "P1\n", "o",
                                      "g0\n", "\x82\x01", "\x8b", "\x92", "\x97", "\xff"}) {
    EXPECT_THAT(refusal_of_value(operation), HasSubstr("is none that a file of weights needs"));
  }
}

TEST(PickleReader, RefusesPicklesThatEndEarlyOrLate) {
  const std::string whole = sample_torch_members().front().content;
  EXPECT_NO_THROW(read_pickle(whole, "m.ckpt"));
  for (std::size_t length = 0; length < whole.size(); ++length) {
    EXPECT_THROW(read_pickle(whole.substr(0, length), "m.ckpt"), DataError) << length;
  }
  EXPECT_THAT(refusal(whole + "N"), HasSubstr("bytes follow its end"));
  EXPECT_THAT(refusal(""), HasSubstr("at byte 0: it ends early"));
  EXPECT_THAT(refusal("NN."), HasSubstr("values are left at its end"));
  EXPECT_THAT(refusal("\x80\x06N."), HasSubstr("its protocol is above 5"));
  EXPECT_THAT(refusal("X\xff\xff\xff\xff."), HasSubstr("it ends early"));
}

TEST(PickleReader, RefusesAStackOrMemoThatHasNoSuchValue) {
  for (const std::string operation : {"\x85", "t", "u", "a", "R", "b", "Q", "q\1", "s", "(\x85"}) {
    EXPECT_THROW(read(operation), DataError) << operation;
  }
  EXPECT_THAT(refusal_of_value("h\7"), HasSubstr("the memo has no 7"));
  EXPECT_THAT(refusal_of_value("N}a"), HasSubstr("what is changed is not a list"));
  EXPECT_THAT(refusal_of_value("}(Nu"), HasSubstr("a key has no value"));
  EXPECT_THAT(refusal_of_value("N)R"), HasSubstr("what is called is of another type"));
}

TEST(PickleReader, NestingOfAnyDepthCostsNoStack) {
  const PickleDocument document = read("N" + std::string(900'000, '\x85'));
  EXPECT_EQ(document.values.size(), 900'001u);
}

TEST(PickleReader, AListThatHoldsItselfAndDoublingListsAreFinite) {
  // Each list holds the one before twice: 2^64 values if they were unfolded.
  std::string lists = "]q\1";
  for (int i = 0; i < 64; ++i) lists += "](h\1h\1eq\1";
  lists += "t";
  EXPECT_LT(read("(" + lists).values.size(), 1000u);
  EXPECT_EQ(read("]q\1h\1a").values.size(), 1u);
}

TEST(PickleReader, RefusesMoreThanAMillionValues) {
  EXPECT_THAT(refusal_of_value("(" + std::string(1'000'001, 'N') + "t"),
              HasSubstr("more than 1000000 values"));
}

TEST(PickleReader, AMemoKeyCostsNoMemoryForTheKeysBelow) {
  EXPECT_NO_THROW(read("Nr\xff\xff\xff\xff"));
}

}  // namespace
}  // namespace tessera::storage
