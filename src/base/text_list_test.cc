#include "base/text_list.h"

#include <gtest/gtest.h>

namespace millrace {
namespace {

using Items = std::vector<std::string>;

TEST(TextListTest, WhiteSpaceAroundItemsGoes) {
  EXPECT_EQ(split_list("a , b\t,\n c d", EmptyItems::kKept), (Items{"a", "b", "c d"}));
  EXPECT_EQ(split_list("", EmptyItems::kKept), Items{});
}

TEST(TextListTest, EmptyItemsStayOrGo) {
  EXPECT_EQ(split_list("a,, ,b,", EmptyItems::kKept), (Items{"a", "", "", "b", ""}));
  EXPECT_EQ(split_list("a,, ,b,", EmptyItems::kLeftOut), (Items{"a", "b"}));
  EXPECT_EQ(split_list(" ", EmptyItems::kLeftOut), Items{});
}

TEST(TextListTest, QuotesMayProtectCommas) {
  EXPECT_EQ(split_list("set \"a, b\", c", EmptyItems::kLeftOut, Quotes::kProtectCommas),
            (Items{"set a, b", "c"}));
  EXPECT_EQ(split_list("\"a, b\"", EmptyItems::kKept), (Items{"\"a", "b\""}));
}

}  // namespace
}  // namespace millrace
