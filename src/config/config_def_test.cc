// Expected texts were obtained from Java's ConfigDef.

#include "config/config_def.h"

#include <gtest/gtest.h>

namespace millrace::config {
namespace {

ConfigKey key(std::string name, Type type, std::optional<std::string> default_value = {}) {
  ConfigKey result;
  result.name = std::move(name);
  result.type = type;
  result.default_value = std::move(default_value);
  return result;
}

std::string parsed(Type type, const std::string& text) {
  Result<Value> value = parse_value(key("k", type), text);
  return value ? value->text.value_or("null") : "error: " + value.error().message();
}

TEST(ParseValueTest, TrimsEveryType) {
  EXPECT_EQ(parsed(Type::kString, "  a b \t"), "a b");
  EXPECT_EQ(parsed(Type::kPassword, " x "), "x");
  EXPECT_EQ(parsed(Type::kInt, " 7 "), "7");
}

TEST(ParseValueTest, ReadsNumbersAsJava) {
  EXPECT_EQ(parsed(Type::kInt, "+7"), "7");
  EXPECT_EQ(parsed(Type::kInt, "007"), "7");
  EXPECT_EQ(parsed(Type::kInt, "2147483648"), "error: Not a number of type INT");
  EXPECT_EQ(parsed(Type::kShort, "-32769"), "error: Not a number of type SHORT");
  EXPECT_EQ(parsed(Type::kLong, "9223372036854775807"), "9223372036854775807");
  for (const char* bad : {"", "+", "+-1", "1.0", "0x1", "1 0", "1L"})
    EXPECT_EQ(parsed(Type::kLong, bad), "error: Not a number of type LONG") << bad;
}

TEST(ParseValueTest, PrintsDoublesAsJava) {
  EXPECT_EQ(parsed(Type::kDouble, "1"), "1.0");
  EXPECT_EQ(parsed(Type::kDouble, "0.0009"), "9.0E-4");
  EXPECT_EQ(parsed(Type::kDouble, "1e7"), "1.0E7");
  EXPECT_EQ(parsed(Type::kDouble, "123456.789"), "123456.789");
  EXPECT_EQ(parsed(Type::kDouble, "1d"), "1.0");
  EXPECT_EQ(parsed(Type::kDouble, "NaN"), "NaN");
  for (const char* bad : {"", "x", "0x1", "1_0", "inf", "nan"})
    EXPECT_EQ(parsed(Type::kDouble, bad), "error: Not a number of type DOUBLE") << bad;
}

TEST(ParseValueTest, ReadsBooleansIgnoringCase) {
  EXPECT_EQ(parsed(Type::kBoolean, " TRUE"), "true");
  EXPECT_EQ(parsed(Type::kBoolean, "yes"), "error: Expected value to be either true or false");
}

TEST(ParseValueTest, SplitsLists) {
  auto list = [](const std::string& text) {
    return parse_value(key("k", Type::kList), text)->list;
  };
  using Items = std::vector<std::string>;
  EXPECT_EQ(list(" "), Items{});
  EXPECT_EQ(list(" a ,b\t, c d "), (Items{"a", "b", "c d"}));
  EXPECT_EQ(list("a,,b,"), (Items{"a", "", "b", ""}));
}

TEST(ParseValueTest, AbsentClassIsNamed) {
  ConfigKey converter = key("key.converter", Type::kClass);
  converter.class_exists = [](std::string_view name) { return name == "A"; };
  EXPECT_TRUE(parse_value(converter, " A ").has_value());
  EXPECT_EQ(parse_value(converter, "B").error().message(), "Class B could not be found.");
}

TEST(ConfigDefTest, FirstProblemFailsParse) {
  ConfigDef definition;
  ConfigKey name = key("name", Type::kString);
  name.required = true;
  ConfigKey count = key("count", Type::kInt, "1");
  count.validator = at_least(1);
  definition.define(name).define(count);
  EXPECT_EQ(definition.parse({}).error().message(),
            "Missing required configuration \"name\" which has no default value.");
  EXPECT_EQ(definition.parse({{"name", "x"}, {"count", "0"}}).error().message(),
            "Invalid value 0 for configuration count: Value must be at least 1");
  EXPECT_EQ(definition.parse({{"name", "x"}, {"count", " y"}}).error().message(),
            "Invalid value  y for configuration count: Not a number of type INT");
  auto config = definition.parse({{"name", " x "}, {"other", "1"}});
  ASSERT_TRUE(config.has_value());
  EXPECT_EQ(config->text("name"), "x");
  EXPECT_EQ(config->number("count"), 1);
  EXPECT_EQ(config->originals().at("other"), "1");
}

TEST(ConfigDefTest, OneBadValueGivesTwoFindings) {
  ConfigDef definition;
  ConfigKey count = key("count", Type::kInt, "1");
  count.validator = at_least(1);
  definition.define(count);
  auto findings = definition.validate({{"count", "x"}});
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_EQ(findings[0].value, std::nullopt);
  EXPECT_EQ(findings[0].errors,
            (std::vector<std::string>{
                "Invalid value x for configuration count: Not a number of type INT",
                "Invalid value null for configuration count: Value must be non-null"}));
}

TEST(ConfigDefTest, PasswordsAreNotPrinted) {
  ConfigDef definition;
  ConfigKey secret = key("secret", Type::kPassword);
  secret.validator = one_of({"a"});
  definition.define(secret);
  EXPECT_EQ(definition.parse({{"secret", "hunter2"}}).error().message(),
            "Invalid value [hidden] for configuration secret: String must be one of: a");
}

TEST(ConfigDefTest, ParseDropsRepeatedItemsAndValidateRefusesThem) {
  ConfigDef definition;
  ConfigKey topics = key("topics", Type::kList, "");
  topics.validator = list_of({}, true, false);
  topics.drop_duplicates = true;
  definition.define(topics);
  EXPECT_EQ(definition.parse({{"topics", "a,b,a"}})->list("topics"),
            (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(definition.validate({{"topics", "a,b,a"}})[0].errors,
            (std::vector<std::string>{"Configuration 'topics' values must not be duplicated."}));
  EXPECT_EQ(definition.validate({{"topics", "a,,b"}})[0].errors,
            (std::vector<std::string>{"Configuration 'topics' values must not be empty."}));
}

TEST(ConfigDefTest, DefiningAgainKeepsThePlace) {
  ConfigDef definition;
  definition.define(key("a", Type::kString)).define(key("b", Type::kString));
  definition.define(key("a", Type::kInt));
  ASSERT_EQ(definition.keys().size(), 2u);
  EXPECT_EQ(definition.keys()[0].type, Type::kInt);
}

TEST(ValidatorTest, ControlCharactersAreListed) {
  Value value;
  value.text = "a\tb\x7f\xc2\x85";
  EXPECT_EQ(non_empty_without_control()("name", value)->reason,
            "String may not contain control sequences but had the following ASCII chars: 9, 127, "
            "133");
  value.text = "";
  EXPECT_EQ(non_empty_without_control()("name", value)->reason, "String may not be empty");
  value.text = "n\xc3\xa4me with blanks";
  EXPECT_FALSE(non_empty_without_control()("name", value));
}

TEST(ValidatorTest, WordsAreJavas) {
  Value value;
  value.text = "x";
  EXPECT_EQ(one_of_ignoring_case({"a", "b"})("k", value)->reason,
            "String must be one of (case insensitive): A, B");
  value.text = "B";
  EXPECT_FALSE(one_of_ignoring_case({"a", "b"})("k", value));
  EXPECT_TRUE(one_of({"b"})("k", value));
  EXPECT_EQ(between(0, 3)("k", *parse_value(key("k", Type::kInt), "4"))->reason,
            "Value must be no more than 3");
  EXPECT_EQ(non_null()("k", Value{})->reason,
            "Invalid value null for configuration k: entry must be non null");
}

}  // namespace
}  // namespace millrace::config
