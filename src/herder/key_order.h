#pragma once
// The order in which Java prints the keys of a configuration, kept beside the configuration itself:
// that of the request for one that was posted or put, that of a java.util.HashMap for one that was
// patched, and for configurations of tasks. Clients print what they get.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "config/config_def.h"

namespace millrace::herder {

// Keys, each once. Empty: the order is not known. A key that the configuration beside it lacks is
// one whose value is null.
using KeyOrder = std::vector<std::string>;

// The keys of a java.util.HashMap<String, ?>, of OpenJDK 17. Its iteration order depends on the
// size of its table, and so on how it was made. Not followed: buckets that became trees.
class HashMapKeys {
 public:
  HashMapKeys() = default;                      // new HashMap<>()
  static HashMapKeys copy_of(const KeyOrder&);  // new HashMap<>(a map with this iteration order)

  void put(std::string_view key);
  // HashMap.computeIfAbsent: a new key becomes the first of its bucket, and the table grows later.
  void compute_if_absent(std::string_view key);
  void remove(std::string_view key);
  KeyOrder in_order() const;

 private:
  uint32_t table_ = 16;  // buckets; a power of two
  KeyOrder keys_;        // the order within a bucket
};

// Of a configuration for which no request gave an order, such as one from a properties file.
KeyOrder order_of_file(const config::NullableProperties& config);
// Of a java.util.HashMap copied from a configuration. given: the request's order; where it is not
// of these keys, theirs.
KeyOrder hash_map_order(const config::NullableProperties& config, const KeyOrder& given);
// Of a task's configuration, made by a connector that hands on its own. Java:
// Worker.connectorTaskConfigs and AbstractHerder.reverseTransform.
KeyOrder order_of_task(const KeyOrder& connector, const config::Properties& task);

}  // namespace millrace::herder
