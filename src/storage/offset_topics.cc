#include "storage/offset_topics.h"

namespace millrace::storage {
namespace {

// Equal where one client can do the work of both.
std::string identity(const runtime::OffsetTopicRequest& request) {
  std::string text = request.topic;
  for (const auto* properties : {&request.producer, &request.consumer, &request.admin}) {
    text += '\0';
    for (const auto& [key, value] : *properties)
      if (key != "client.id") text += key + '\1' + value + '\2';
  }
  return text;
}

}  // namespace

Result<std::shared_ptr<runtime::OffsetStore>> OffsetTopics::open(
    const runtime::OffsetTopicRequest& request) {
  const std::string key = identity(request);
  std::lock_guard lock(mutex_);
  std::erase_if(topics_, [](const auto& each) { return each.second.expired(); });
  if (auto found = topics_.find(key); found != topics_.end())
    if (auto topic = found->second.lock(); topic != nullptr && !topic->failed()) return topic;
  auto log = make_log_(request);
  if (!log) return fail(std::move(log).error());
  auto topic = std::make_shared<OffsetTopic>(*std::move(log));
  topics_[key] = topic;
  return topic;
}

}  // namespace millrace::storage
