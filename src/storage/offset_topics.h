#pragma once
// OffsetTopics: the offset topics that connectors have for themselves. One reader serves a
// connector, its tasks here and the REST API, and every other connector with the same topic and
// client settings; it ends with the last of them.

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "runtime/worker.h"
#include "storage/offset_topic.h"

namespace millrace::storage {

// Thread-safe.
class OffsetTopics {
 public:
  using MakeLog = std::function<Result<std::unique_ptr<kafka::TopicLog>>(
      const runtime::OffsetTopicRequest& request)>;
  explicit OffsetTopics(MakeLog make_log) : make_log_(std::move(make_log)) {}
  // Not started: start() may be called by each who uses it.
  Result<std::shared_ptr<runtime::OffsetStore>> open(const runtime::OffsetTopicRequest& request);

 private:
  const MakeLog make_log_;
  std::mutex mutex_;  // guards topics_
  std::map<std::string, std::weak_ptr<OffsetTopic>> topics_;
};

}  // namespace millrace::storage
