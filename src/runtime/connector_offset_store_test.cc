#include "runtime/connector_offset_store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

namespace millrace::runtime {
namespace {

using ::testing::ElementsAre;
using Values = std::vector<std::optional<std::string>>;

class PlainStore : public OffsetStore {
 public:
  Result<void> start() override {
    ++starts;
    return {};
  }
  void stop() override { ADD_FAILURE() << "it belongs to others as well"; }
  Result<Values> get(const std::vector<std::string>& keys) override {
    Values found;
    for (const std::string& key : keys)
      found.push_back(values.count(key) != 0 ? std::optional(values[key]) : std::nullopt);
    return found;
  }
  void set(std::vector<OffsetEntry> entries, Done done) override {
    if (refuses) return done(fail(ErrorKind::fatal, "no"));
    for (OffsetEntry& each : entries)
      if (each.value)
        values[each.key] = *each.value;
      else
        values.erase(each.key);
    done({});
  }
  Result<std::vector<OffsetEntry>> entries_of(const std::string&) override {
    std::vector<OffsetEntry> entries;
    for (const auto& [key, value] : values) entries.push_back({key, value});
    return entries;
  }
  std::map<std::string, std::string> values;
  int starts = 0;
  bool refuses = false;
};

class ConnectorOffsetStoreTest : public ::testing::Test {
 protected:
  bool set(std::vector<OffsetEntry> entries) {
    std::optional<bool> answer;
    store.set(std::move(entries), [&](const Result<void>& done) { answer = done.has_value(); });
    EXPECT_TRUE(answer);
    return answer.value_or(false);
  }
  std::shared_ptr<PlainStore> worker = std::make_shared<PlainStore>(),
                              own = std::make_shared<PlainStore>();
  ConnectorOffsetStore store{worker, own, ""};
};

TEST_F(ConnectorOffsetStoreTest, ReadsBothAndItsOwnWins) {
  worker->values = {{"a", "worker"}, {"b", "worker"}};
  own->values = {{"b", "own"}, {"c", "own"}};
  EXPECT_EQ(*store.get({"a", "b", "c", "d"}), (Values{"worker", "own", "own", std::nullopt}));
  EXPECT_GT(own->starts, 0);
  EXPECT_EQ(worker->starts, 0);
  std::vector<std::string> lines;
  const auto entries = store.entries_of("x");
  ASSERT_TRUE(entries);
  for (const OffsetEntry& each : *entries) lines.push_back(each.key + *each.value);
  EXPECT_THAT(lines, ElementsAre("aworker", "bown", "cown"));
}

TEST_F(ConnectorOffsetStoreTest, WritesBoth) {
  EXPECT_TRUE(set({{"a", "1"}}));
  EXPECT_EQ(own->values.at("a"), "1");
  EXPECT_EQ(worker->values.at("a"), "1");
  worker->refuses = true;  // of no concern, but for what is to be forgotten
  EXPECT_TRUE(set({{"a", "2"}}));
  EXPECT_EQ(own->values.at("a"), "2");
  EXPECT_EQ(worker->values.at("a"), "1");
}

TEST_F(ConnectorOffsetStoreTest, TheWorkersCopyIsNoSuccessByItself) {
  own->refuses = true;
  EXPECT_FALSE(set({{"a", "1"}}));
  EXPECT_TRUE(worker->values.empty());
}

TEST_F(ConnectorOffsetStoreTest, ForgetsInTheWorkersStoreFirst) {
  worker->values = own->values = {{"a", "1"}};
  worker->refuses = true;
  EXPECT_FALSE(set({{"a", std::nullopt}, {"b", "2"}}));
  EXPECT_EQ(own->values.size(), 1U) << "else the worker's would be read again";
  worker->refuses = false;
  EXPECT_TRUE(set({{"a", std::nullopt}, {"b", "2"}}));
  EXPECT_EQ(*store.get({"a", "b"}), (Values{std::nullopt, "2"}));
  EXPECT_EQ(worker->values.at("b"), "2");
}

TEST(ConnectorOffsetStoreAlone, HasOneStoreWhereBothAreOneTopic) {
  auto own = std::make_shared<PlainStore>();
  ConnectorOffsetStore store(nullptr, own, "");
  own->values = {{"a", "1"}};
  store.set({{"a", std::nullopt}, {"b", "2"}}, [](const Result<void>& done) { EXPECT_TRUE(done); });
  EXPECT_EQ(*store.get({"a", "b"}), (Values{std::nullopt, "2"}));
  EXPECT_EQ(store.entries_of("x")->size(), 1U);
}

}  // namespace
}  // namespace millrace::runtime
