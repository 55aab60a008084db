#include "runtime/submitted_records.h"

#include <gtest/gtest.h>

#include <map>
#include <random>

#include "runtime/source_offset.h"
#include "testing/fake_source.h"

namespace millrace::runtime {
namespace {

using testing::make_batch;
using testing::SourceRecord;

class SubmittedRecordsTest : public ::testing::Test {
 protected:
  // Hands all records of a batch over.
  uint64_t submit(const std::vector<SourceRecord>& records) {
    auto batch = make_batch(records);
    last_ = batch;
    return submitted_.submit(batch, batch->original.selected, batch->original.topics, 100);
  }
  // file -> position of what became committable, since the last call.
  std::map<std::string, int64_t> collect(bool all = false) {
    std::map<std::string, int64_t> found;
    submitted_.collect(all, [&](const Result<std::string>& key, auto value) {
      Arena arena;
      const data::Cell offset = parse_offset(value.value().value(), arena).value();
      const std::string file = key.value().substr(18, key.value().size() - 21);
      found[file] = offset.as.cells[1].as.i64;
    });
    return found;
  }
  using Found = std::map<std::string, int64_t>;
  SubmittedRecords submitted_{"c"};
  std::weak_ptr<data::Batch> last_;
};

TEST_F(SubmittedRecordsTest, BatchOfOnePartition) {
  const uint64_t token = submit({{"0", "f", 0}, {"1", "f", 1}, {"2", "f", 2}});
  EXPECT_EQ(submitted_.bytes(), 100u);
  EXPECT_EQ(collect(true), Found());
  submitted_.acknowledge(token + 1);
  EXPECT_EQ(collect(true), Found());
  submitted_.acknowledge(token);
  EXPECT_EQ(collect(false), Found());  // the batch is not complete
  EXPECT_EQ(collect(true), (Found{{"f", 1}}));
  EXPECT_EQ(collect(true), Found());
  EXPECT_FALSE(last_.expired());
  submitted_.acknowledge(token + 2);
  EXPECT_EQ(collect(false), (Found{{"f", 2}}));
  EXPECT_TRUE(last_.expired());
  EXPECT_EQ(submitted_.bytes(), 0u);
}

TEST_F(SubmittedRecordsTest, LaterBatchWaitsForTheEarlierOne) {
  const uint64_t first = submit({{"0", "f", 0}});
  const uint64_t second = submit({{"1", "f", 1}});
  const uint64_t other = submit({{"0", "g", 0}});
  submitted_.acknowledge(second);
  submitted_.acknowledge(other);
  EXPECT_EQ(collect(), (Found{{"g", 0}}));
  EXPECT_TRUE(last_.expired());  // nothing but its own partition holds a batch
  submitted_.acknowledge(first);
  EXPECT_EQ(collect(), (Found{{"f", 1}}));
  EXPECT_EQ(submitted_.batches(), 0u);
}

TEST_F(SubmittedRecordsTest, RestThatIsNeverSent) {
  const uint64_t token = submit({{"0", "f", 0}, {"1", "f", 1}, {"x", "g", 7}, {"2", "f", 2}});
  submitted_.abandon_rest(2);
  submitted_.acknowledge(token);
  submitted_.acknowledge(token + 1);
  EXPECT_EQ(collect(), (Found{{"f", 1}}));
}

TEST_F(SubmittedRecordsTest, EqualPartitionsInDifferentCellsAreOne) {
  const uint64_t token = submit({{"0", "f", 0}, {"x", "g", 7}, {"1", "f", 1}});
  submitted_.acknowledge(token + 2);
  submitted_.acknowledge(token + 1);
  EXPECT_EQ(collect(true), (Found{{"g", 7}}));
  submitted_.acknowledge(token);
  EXPECT_EQ(collect(true), (Found{{"f", 1}}));
}

TEST_F(SubmittedRecordsTest, PlaceOfAToken) {
  submit({{"0", "f", 0}});
  const uint64_t token = submit({{"1", "f", 1, "a"}, {"2", "f", 2, "b"}});
  const auto place = submitted_.place(token + 1);
  EXPECT_EQ(place.record, 1u);
  EXPECT_EQ(place.topic, "b");
  EXPECT_EQ(place.batch, last_.lock());
}

// Any interleaving of submissions and acknowledgements: what is committable is always the last
// record of the acknowledged prefix, as a plain model says.
TEST_F(SubmittedRecordsTest, AgreesWithAModel) {
  std::mt19937 random(42);
  struct Sent {
    uint64_t token;
    std::string file;
    int64_t position;
    bool acknowledged = false;
  };
  std::vector<Sent> sent;
  std::map<std::string, int64_t> next, found;
  const auto model = [&] {
    std::map<std::string, int64_t> committable;
    std::map<std::string, bool> blocked;
    for (const Sent& one : sent) {
      if (!one.acknowledged) blocked[one.file] = true;
      if (!blocked[one.file]) committable[one.file] = one.position;
    }
    return committable;
  };
  for (int step = 0; step < 1000; ++step) {
    if (random() % 8 == 0) {
      std::vector<SourceRecord> records;
      const size_t files = 1 + random() % 3;
      for (size_t i = 1 + random() % 100; i-- > 0;) {
        const std::string file(1, static_cast<char>('a' + random() % files));
        records.push_back({"v", file, next[file]++});
      }
      uint64_t token = submit(records);
      for (const SourceRecord& record : records)
        sent.push_back({token++, record.file, record.position});
    } else {
      std::vector<size_t> open;
      for (size_t i = 0; i < sent.size(); ++i)
        if (!sent[i].acknowledged) open.push_back(i);
      for (size_t i = std::min<size_t>(open.size(), random() % 20); i-- > 0;) {
        Sent& one = sent[open[random() % 2 == 0 ? i : random() % open.size()]];
        if (one.acknowledged) continue;
        one.acknowledged = true;
        submitted_.acknowledge(one.token);
      }
    }
    const bool all = random() % 2 == 0;
    for (const auto& [file, position] : collect(all)) found[file] = position;
    const auto expected = model();
    if (all) {
      ASSERT_EQ(found, expected) << "step " << step;
    }
    for (const auto& [file, position] : found) ASSERT_LE(position, expected.at(file));
  }
  for (Sent& one : sent)
    if (!one.acknowledged) submitted_.acknowledge(one.token);
  collect();
  EXPECT_EQ(submitted_.batches(), 0u);
  EXPECT_EQ(submitted_.bytes(), 0u);
}

}  // namespace
}  // namespace millrace::runtime
