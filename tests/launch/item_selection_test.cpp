#include "launch/item_selection.h"

#include <gmock/gmock.h>

#include <set>

#include "launch/usage_error.h"

namespace tessera::launch {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::ThrowsMessage;

ItemSelection of_items(const std::string& text) { return {.ranges = parse_items(text)}; }

TEST(ItemSelection, TakesNumbersAndRangesWithSteps) {
  EXPECT_THAT(selected_items(of_items("1-3,6-12:3"), 12), ElementsAre(0, 1, 2, 5, 8, 11));
  EXPECT_THAT(selected_items(of_items("4"), 4), ElementsAre(3));
  EXPECT_THAT(selected_items(of_items("2-2:9"), 4), ElementsAre(1));
}

TEST(ItemSelection, SortsAndTakesEachItemOnce) {
  EXPECT_THAT(selected_items(of_items("5,1-3,2,3-5:2"), 9), ElementsAre(0, 1, 2, 4));
}

TEST(ItemSelection, TakesAllItemsWithoutOptions) {
  EXPECT_TRUE(ItemSelection{}.takes_all());
  EXPECT_THAT(selected_items({}, 3), ElementsAre(0, 1, 2));
  EXPECT_FALSE(of_items("1").takes_all());
}

TEST(ItemSelection, NamesTheCountWhenARangeEndsBeyondIt) {
  EXPECT_THAT([] { selected_items(of_items("2,1-2000000000:7"), 12); },
              ThrowsMessage<UsageError>(AllOf(HasSubstr("no item 2000000000"),
                                              HasSubstr("The run has 12 items, counted from 1."))));
  EXPECT_THAT([] { selected_items(of_items("2"), 1); },
              ThrowsMessage<UsageError>(HasSubstr("The run has 1 item,")));
}

TEST(ItemSelection, RefusesTextsThatAreNoLists) {
  for (const char* text : {"", "0", "-3", "a", "1-", "1-2-3", "5-2", "1-4:0", "1-4:", "3:2", "1,",
                           "1 - 3", "99999999999"}) {
    EXPECT_THAT([&] { parse_items(text); },
                ThrowsMessage<UsageError>(HasSubstr("is not allowed. Allowed: item numbers")))
        << text;
  }
}

TEST(ItemSelection, RefusesTextsThatAreNoShards) {
  for (const char* text : {"", "1", "1/", "/2", "0/2", "3/2", "1/0", "a/b", "1/2/3", "-1/2"}) {
    ItemSelection selection;
    EXPECT_THAT([&] { parse_shard(text, selection); },
                ThrowsMessage<UsageError>(HasSubstr("Allowed: I/N with 1 <= I <= N")))
        << text;
  }
}

TEST(ItemSelectionProp, ShardsTakeEachChosenItemExactlyOnce) {
  for (const int shards : {1, 2, 3, 7, 20}) {
    std::multiset<int> taken;
    for (int shard = 1; shard <= shards; ++shard) {
      ItemSelection selection = of_items("2-11:3,4-10");
      parse_shard(std::to_string(shard) + "/" + std::to_string(shards), selection);
      for (const int item : selected_items(selection, 12)) taken.insert(item);
    }
    EXPECT_THAT(taken, ElementsAre(1, 3, 4, 5, 6, 7, 8, 9, 10)) << shards;
  }
}

TEST(ItemSelection, LeavesTheOthersAsTheyAre) {
  worker::RenderTask task;
  task.items.resize(4);
  for (std::size_t k = 0; k < 4; ++k) {
    task.items[k].index = static_cast<int>(k);
    task.items[k].seed = 7 + k;
  }
  const worker::RenderTask before = task;
  EXPECT_EQ(leave_unselected(of_items("2,4"), task), 2);
  for (std::size_t k = 0; k < 4; ++k) {
    worker::ItemTask expected = before.items[k];
    if (k % 2 == 0) expected.work = worker::ItemWork::Leave;
    EXPECT_EQ(task.items[k], expected);
  }
}

}  // namespace
}  // namespace tessera::launch
