// A source for the system tests that hangs or fails where its configuration says:
//
//   hang    where to wait: start, stop, task.start, task.stop; until the file `release` exists
//   fail    where to fail: start, task.start, task.poll; as long as the file `release` is missing
//   kind    of the failure: retriable (the default), fatal, data, config
//
// While nothing is wrong it is a source without records.

#include <unistd.h>

#include <string>
#include <thread>

#include "millrace/sdk.h"

namespace sdk = millrace::sdk;

constexpr sdk::Key kKeys[] = {
    sdk::Key("hang", MILLRACE_CONFIG_STRING, MILLRACE_LOW, "Where to hang").or_default(""),
    sdk::Key("fail", MILLRACE_CONFIG_STRING, MILLRACE_LOW, "Where to fail").or_default(""),
    sdk::Key("kind", MILLRACE_CONFIG_STRING, MILLRACE_LOW, "How to fail").or_default("retriable"),
    sdk::Key("release", MILLRACE_CONFIG_STRING, MILLRACE_LOW, "A file that ends it all")
        .or_default("")};

class Fault {
 public:
  void read(const sdk::Config& config) {
    hang_ = config.text("hang");
    fail_ = config.text("fail");
    kind_ = config.text("kind");
    release_ = config.text("release");
  }
  void at(const std::string& place) const {
    while (hang_ == place && !released()) std::this_thread::sleep_for(std::chrono::milliseconds(5));
    if (fail_ != place || released()) return;
    if (kind_ == "fatal") throw sdk::FatalError("told to fail at " + place);
    if (kind_ == "data") throw sdk::DataError("told to fail at " + place);
    if (kind_ == "config") throw sdk::ConfigError("told to fail at " + place);
    throw sdk::RetriableError("told to fail at " + place);
  }

 private:
  bool released() const { return access(release_.c_str(), F_OK) == 0; }
  std::string hang_, fail_, kind_, release_;
};

class FaultyConnector : public sdk::Connector {
 public:
  static std::span<const sdk::Key> keys() { return kKeys; }
  void start(const sdk::Config& config) override {
    sdk::Connector::start(config);
    fault_.read(config);
    fault_.at("start");
  }
  void stop() override { fault_.at("stop"); }

 private:
  Fault fault_;
};

class FaultyTask : public sdk::SourceTask {
 public:
  void start(const sdk::Config& config) override {
    fault_.read(config);
    fault_.at("task.start");
  }
  void poll(sdk::Builder&, std::chrono::milliseconds timeout) override {
    fault_.at("task.poll");
    std::this_thread::sleep_for(std::min(timeout, std::chrono::milliseconds(20)));
  }
  void stop() override { fault_.at("task.stop"); }

 private:
  Fault fault_;
};

MILLRACE_PLUGIN(sdk::source<FaultyConnector, FaultyTask>("org.example.FaultySource", "1.0"))
