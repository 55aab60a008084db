#pragma once
// BrokerWatch: finds the Kafka cluster's id in the background, so that a worker starts at once and
// stays up while the brokers are down. Says every half minute which bootstrap.servers it cannot
// reach. Its thread and its client end when the id is known.

#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "base/log.h"
#include "kafka/client.h"

namespace millrace::app {

class BrokerWatch {
 public:
  BrokerWatch(std::shared_ptr<kafka::ClientFactory> clients, kafka::ClientProperties properties);
  ~BrokerWatch();

  // Waits up to `timeout` while the id is not known yet; empty: still unknown.
  std::string cluster_id(std::chrono::milliseconds timeout);

  // Ends the search; returns at once.
  void stop();

 private:
  void run();
  // One attempt; true: found.
  bool ask(kafka::Admin& admin, std::chrono::milliseconds timeout);

  const std::shared_ptr<kafka::ClientFactory> clients_;
  const kafka::ClientProperties properties_;
  const Logger log_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::string cluster_id_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace millrace::app
