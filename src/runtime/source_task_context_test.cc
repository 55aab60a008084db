#include "runtime/source_task_context.h"

#include <gtest/gtest.h>

namespace millrace::runtime {
namespace {

// Cannot be read in time at first.
class LateStore : public OffsetStore {
 public:
  Result<void> start() override { return {}; }
  void stop() override {}
  Result<std::vector<std::optional<std::string>>> get(const std::vector<std::string>&) override {
    ++asked;
    if (asked == closes_at) reader->close();
    if (asked <= late) return fail(kind, "not in time");
    return std::vector<std::optional<std::string>>{R"({"position":7})"};
  }
  void set(std::vector<OffsetEntry>, Done done) override { done({}); }
  Result<std::vector<OffsetEntry>> entries_of(const std::string&) override {
    return std::vector<OffsetEntry>();
  }
  OffsetReader* reader = nullptr;
  ErrorKind kind = ErrorKind::timed_out;
  int asked = 0, late = 2, closes_at = 0;
};

class OffsetReaderTest : public ::testing::Test {
 protected:
  OffsetReaderTest() { store->reader = &reader; }
  Result<void> read() {
    const data::Cell partition[] = {data::nested_cell(data::Kind::kMap, partition + 1, 1),
                                    data::string_cell("filename"), data::string_cell("f")};
    return reader.read({partition, 1}, [this](size_t, const data::Cell&) { ++found; });
  }
  std::shared_ptr<LateStore> store = std::make_shared<LateStore>();
  OffsetReader reader{"c", store, ""};
  int found = 0;
};

TEST_F(OffsetReaderTest, WaitsForOffsetsThatCannotBeReadYet) {
  EXPECT_TRUE(read());
  EXPECT_EQ(found, 1);
  EXPECT_EQ(store->asked, 3);
}

TEST_F(OffsetReaderTest, DoesNotWaitForWhatWillNotCome) {
  store->kind = ErrorKind::fatal;
  EXPECT_FALSE(read());
  EXPECT_EQ(store->asked, 1);
}

TEST_F(OffsetReaderTest, WaitsNoLongerThanItsTask) {
  store->late = 100;
  store->closes_at = 2;
  EXPECT_FALSE(read());
  EXPECT_EQ(store->asked, 2);
}

}  // namespace
}  // namespace millrace::runtime
