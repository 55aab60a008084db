// A sink that keeps the latest value of every key in a file of lines KEY=VALUE. It gathers changes
// in memory and writes them when offsets are about to be committed: what is not on disk yet is read
// again after a crash.
//
//   {"name": "latest", "config": {"connector.class": "org.example.LatestValueSink",
//                                 "topics": "prices", "file": "/tmp/prices.txt"}}

#include <cstdio>
#include <fstream>

#include "millrace/sdk.h"

namespace sdk = millrace::sdk;

constexpr sdk::Key kKeys[] = {
    sdk::Key("file", MILLRACE_CONFIG_STRING, MILLRACE_HIGH, "Where to keep the values")
        .not_empty()};

struct LatestValueConnector : sdk::Connector {
  static std::span<const sdk::Key> keys() { return kKeys; }
};

class LatestValueTask : public sdk::SinkTask {
 public:
  void start(const sdk::Config& config) override {
    file_ = config.text("file");
    std::ifstream in(file_);
    for (std::string line; std::getline(in, line);) {
      size_t equals = line.find('=');
      if (equals != std::string::npos) latest_[line.substr(0, equals)] = line.substr(equals + 1);
    }
  }

  void put(const sdk::Batch& batch) override {
    batch.for_each([&](const sdk::RecordView& record) {
      if (record.key().kind == MILLRACE_NULL) {
        // One bad record: it goes where errors.tolerance says; without tolerance this throws.
        report(record, batch, "a record without a key has no place here");
        return;
      }
      std::string key, value;
      sdk::append_value_text(key, record.key_schema(), record.key());
      sdk::append_value_text(value, record.value_schema(), record.value());
      if (record.value().kind == MILLRACE_NULL) {
        latest_.erase(key);
      } else {
        latest_[key] = value;
      }
    });
    count("records", batch.size());
  }

  // All or nothing: a new file takes the place of the old one.
  void pre_commit(const sdk::Positions&) override {
    std::string fresh = file_ + ".new";
    std::ofstream out(fresh, std::ios::trunc);
    for (const auto& [key, value] : latest_) out << key << '=' << value << '\n';
    out.close();
    if (!out || std::rename(fresh.c_str(), file_.c_str()) != 0)
      throw sdk::RetriableError("Couldn't write " + file_ + "; will try again");
  }

 private:
  std::string file_;
  std::map<std::string, std::string> latest_;
};

MILLRACE_PLUGIN(sdk::sink<LatestValueConnector, LatestValueTask>("org.example.LatestValueSink",
                                                                 "1.0"))
