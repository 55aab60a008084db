#include "app/broker_watch.h"

#include <pthread.h>

namespace millrace::app {
namespace {

// One attempt is short, so that the end of the process does not wait for it.
constexpr std::chrono::milliseconds kAttempt{300};
constexpr std::chrono::seconds kFirstComplaint{5}, kComplaints{30};

std::string servers(const kafka::ClientProperties& properties) {
  auto found = properties.find("bootstrap.servers");
  return found == properties.end() ? std::string() : found->second;
}

}  // namespace

BrokerWatch::BrokerWatch(std::shared_ptr<kafka::ClientFactory> clients,
                         kafka::ClientProperties properties)
    : clients_(std::move(clients)),
      properties_(std::move(properties)),
      log_("org.apache.kafka.connect.runtime.WorkerConfig"),
      thread_([this] { run(); }) {}

BrokerWatch::~BrokerWatch() {
  stop();
  thread_.join();
}

void BrokerWatch::stop() {
  std::lock_guard lock(mutex_);
  stopping_ = true;
  changed_.notify_all();
}

std::string BrokerWatch::cluster_id(std::chrono::milliseconds timeout) {
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, timeout, [this] { return stopping_ || !cluster_id_.empty(); });
  return cluster_id_;
}

void BrokerWatch::run() {
  pthread_setname_np(pthread_self(), "broker-watch");
  auto admin = clients_->make_admin(properties_, "");
  if (!admin) {
    log_.error("The worker's Kafka client settings cannot be used: {}", admin.error().describe());
    return;
  }
  auto complaint = std::chrono::steady_clock::now() + kFirstComplaint;
  while (!ask(**admin, kAttempt)) {
    std::unique_lock lock(mutex_);
    if (changed_.wait_for(lock, std::chrono::milliseconds(200), [this] { return stopping_; }))
      return;
    if (std::chrono::steady_clock::now() < complaint) continue;
    complaint = std::chrono::steady_clock::now() + kComplaints;
    lock.unlock();
    log_.error(
        "No Kafka broker can be reached at bootstrap.servers={}. The worker stays up and "
        "connects as soon as one answers.",
        servers(properties_));
  }
}

bool BrokerWatch::ask(kafka::Admin& admin, std::chrono::milliseconds timeout) {
  Result<std::string> id = admin.cluster_id(timeout);
  if (!id || id->empty()) return false;
  log_.info("Kafka cluster ID: {}", *id);
  std::lock_guard lock(mutex_);
  cluster_id_ = *std::move(id);
  changed_.notify_all();
  return true;
}

}  // namespace millrace::app
