#include "transform/json_path.h"

#include <gtest/gtest.h>

#include <list>

namespace millrace::transform {
namespace {

using Outcome = JsonPath::Outcome;
using data::int64_cell;
using data::string_cell;

Cell list(const std::vector<Cell>& cells) {
  return data::nested_cell(Kind::kArray, cells.data(), static_cast<uint32_t>(cells.size()));
}

// {"kind": "order", "n": 5, "price": 0.5, "text": "5", "nothing": null, "yes": true,
//  "inner": {"id": 7}, "tags": ["a", "b"], "lines": [{"id": 1}, {"id": 2}]}
class JsonPathTest : public ::testing::Test {
 protected:
  Cell map(std::vector<Cell> cells) {
    kept_.push_back(std::move(cells));
    return data::nested_cell(Kind::kMap, kept_.back().data(),
                             static_cast<uint32_t>(kept_.back().size() / 2));
  }
  Cell array(std::vector<Cell> cells) {
    kept_.push_back(std::move(cells));
    return list(kept_.back());
  }
  Cell record() {
    return map({string_cell("kind"), string_cell("order"), string_cell("n"), int64_cell(5),
                string_cell("price"), data::float64_cell(0.5), string_cell("text"),
                string_cell("5"), string_cell("nothing"), data::null_cell(), string_cell("yes"),
                data::boolean_cell(true), string_cell("inner"),
                map({string_cell("id"), int64_cell(7)}), string_cell("tags"),
                array({string_cell("a"), string_cell("b")}), string_cell("lines"),
                array({map({string_cell("id"), int64_cell(1)}),
                       map({string_cell("id"), int64_cell(2)})})});
  }
  Outcome outcome(std::string_view path) {
    Result<JsonPath> parsed = JsonPath::parse(path);
    EXPECT_TRUE(parsed) << path << ": " << parsed.error().message();
    if (!parsed) return Outcome::kNothing;
    Datum found{nullptr, data::null_cell()};
    return parsed->find(Datum{nullptr, record()}, found);
  }
  bool holds(const std::string& condition) {
    return outcome("$[?(" + condition + ")]") == Outcome::kFound;
  }
  std::list<std::vector<Cell>> kept_;
};

TEST_F(JsonPathTest, PathsLeadThroughNamesAndIndexes) {
  EXPECT_EQ(outcome("$"), Outcome::kFound);
  EXPECT_EQ(outcome("$.inner.id"), Outcome::kFound);
  EXPECT_EQ(outcome("$['inner'][\"id\"]"), Outcome::kFound);
  EXPECT_EQ(outcome("[\"inner\"]['id']"), Outcome::kFound);
  EXPECT_EQ(outcome("inner.id"), Outcome::kFound);
  EXPECT_EQ(outcome("$.tags[1]"), Outcome::kFound);
  EXPECT_EQ(outcome("$.tags[-2]"), Outcome::kFound);
  EXPECT_EQ(outcome("$.tags[2]"), Outcome::kMissing);
  EXPECT_EQ(outcome("$.tags[-3]"), Outcome::kMissing);
  EXPECT_EQ(outcome("$.inner.none"), Outcome::kMissing);
  EXPECT_EQ(outcome("$.kind.none"), Outcome::kMissing);
  EXPECT_EQ(outcome("$.lines[*].id"), Outcome::kFound);
  EXPECT_EQ(outcome("$.lines[*].none"), Outcome::kNothing);
}

TEST_F(JsonPathTest, ConditionsCompare) {
  EXPECT_TRUE(holds("@.kind == 'order'"));
  EXPECT_TRUE(holds("@['kind'] == \"order\""));
  EXPECT_FALSE(holds("@.kind == 'x'"));
  EXPECT_TRUE(holds("@.kind != 'x'"));
  EXPECT_TRUE(holds("@.n > 4 && @.n < 5.5"));
  EXPECT_TRUE(holds("@.n >= 5 && @.n <= 5.0"));
  EXPECT_FALSE(holds("@.n > 5"));
  EXPECT_TRUE(holds("@.price == 0.50"));
  EXPECT_TRUE(holds("-1 < @.n"));
  EXPECT_TRUE(holds("@.kind < 'p'"));
  EXPECT_FALSE(holds("@.kind < 7"));  // no order between texts and numbers
  EXPECT_TRUE(holds("@.yes == true"));
  EXPECT_FALSE(holds("@.yes == false"));
  EXPECT_TRUE(holds("@.inner.id == 7"));
  EXPECT_TRUE(holds("@.inner.id == $.inner.id"));
}

TEST_F(JsonPathTest, TextsAndNumbersAreEqualAsTheLeftOneSees) {
  EXPECT_TRUE(holds("@.text == 5"));
  EXPECT_TRUE(holds("@.n == '5'"));
  EXPECT_TRUE(holds("@.n == '5.0'"));
  EXPECT_FALSE(holds("@.text == 5.0"));
  EXPECT_FALSE(holds("@.n == 'five'"));
}

TEST_F(JsonPathTest, NullIsNotMissing) {
  EXPECT_TRUE(holds("@.nothing"));
  EXPECT_TRUE(holds("@.nothing == null"));
  EXPECT_FALSE(holds("@.none"));
  EXPECT_FALSE(holds("@.none == null"));
  EXPECT_TRUE(holds("@.none != null"));
  EXPECT_TRUE(holds("!@.none"));
  EXPECT_FALSE(holds("@.none > 1"));
}

TEST_F(JsonPathTest, ConditionsAreJoined) {
  EXPECT_TRUE(holds("@.kind == 'x' || @.n == 5 && @.yes"));
  EXPECT_FALSE(holds("(@.kind == 'x' || @.n == 5) && @.none"));
  EXPECT_TRUE(holds("!(@.kind == 'x') && !(@.n == 6)"));
}

TEST_F(JsonPathTest, ListsAndRegularExpressions) {
  EXPECT_TRUE(holds("@.kind in ['x', 'order']"));
  EXPECT_TRUE(holds("@.n IN [4, 5]"));
  EXPECT_FALSE(holds("@.kind in []"));
  EXPECT_TRUE(holds("@.kind nin ['x']"));
  EXPECT_TRUE(holds("'a' in @.tags"));
  EXPECT_FALSE(holds("'c' in @.tags"));
  EXPECT_TRUE(holds("@.kind =~ /or.*/"));
  EXPECT_FALSE(holds("@.kind =~ /or/"));  // the whole text
  EXPECT_TRUE(holds("@.kind =~ /ORDER/i"));
  EXPECT_TRUE(holds("@.n =~ /\\d/"));
  EXPECT_FALSE(holds("@.none =~ /.+/"));
}

TEST_F(JsonPathTest, FiltersLookAtTheItemsOfAnArray) {
  EXPECT_EQ(outcome("$.lines[?(@.id == 2)]"), Outcome::kFound);
  EXPECT_EQ(outcome("$.lines[?(@.id == 3)]"), Outcome::kNothing);
  EXPECT_EQ(outcome("$.lines[?(@.id == 2)].id"), Outcome::kFound);
  EXPECT_EQ(outcome("$.tags[?(@ == 'b')]"), Outcome::kFound);
  EXPECT_EQ(outcome("$.none[?(@.id == 2)]"), Outcome::kMissing);
  EXPECT_EQ(outcome("$.kind[?(@.id == 2)]"), Outcome::kMissing);
}

TEST_F(JsonPathTest, WhatIsNotSupportedIsRefusedWithItsPlace) {
  EXPECT_EQ(JsonPath::parse("$..a").error().message(),
            "Not a supported JSONPath: a deep scan is not supported; a name is expected at index 2 "
            "of $..a");
  for (std::string_view wrong : {"",
                                 "@.a",
                                 "$.",
                                 "$.a.",
                                 "$[",
                                 "$[1",
                                 "$[1:2]",
                                 "$['a','b']",
                                 "$['a",
                                 "$[?]",
                                 "$[?(]",
                                 "$[?()]",
                                 "$[?(@.a ==)]",
                                 "$[?(@.a == x)]",
                                 "$[?('a')]",
                                 "$[?(@.a =~ /x)]",
                                 "$[?(@.a =~ /(/)]",
                                 "$[?(@.a == 'x']",
                                 "$[?(@.a & @.b)]",
                                 "$[?(@.a in ['x')]",
                                 "$.length()",
                                 "$.a b",
                                 "$[?(@.a[*] == 1)]",
                                 "$[?(@.a == 1)",
                                 "$[?(@.a in [[1]])]"}) {
    EXPECT_FALSE(JsonPath::parse(wrong)) << wrong;
  }
  std::string deep;
  for (int i = 0; i < 100000; ++i) deep += '(';
  EXPECT_FALSE(JsonPath::parse("$[?(" + deep));
  deep.clear();
  for (int i = 0; i < 100000; ++i) deep += "[?(@";
  EXPECT_FALSE(JsonPath::parse("$" + deep));
}

}  // namespace
}  // namespace millrace::transform
