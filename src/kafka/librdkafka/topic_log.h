#pragma once
// kafka::TopicLog over librdkafka: a reader without a group, which has a thread, and a producer,
// which has one from the first record on.

#include <memory>

#include "kafka/topic_log.h"

namespace millrace::kafka {

// Nothing is asked of the broker before start().
Result<std::unique_ptr<TopicLog>> make_librdkafka_topic_log(TopicLogOptions options);

}  // namespace millrace::kafka
