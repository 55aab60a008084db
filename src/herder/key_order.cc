#include "herder/key_order.h"

#include <algorithm>

#include "data/java_hash_map.h"

namespace millrace::herder {
namespace {

uint32_t bucket(std::string_view key, uint32_t table) {
  const auto hash = static_cast<uint32_t>(data::java_hash(data::string_cell(key)));
  return (hash ^ (hash >> 16)) & (table - 1);
}

bool contains(const KeyOrder& keys, std::string_view key) {
  return std::find(keys.begin(), keys.end(), key) != keys.end();
}

}  // namespace

HashMapKeys HashMapKeys::copy_of(const KeyOrder& order) {
  HashMapKeys copy;
  copy.keys_ = order;
  // Java: the power of two from (int) (size / 0.75f + 1) on.
  const auto wanted = static_cast<uint32_t>(static_cast<float>(order.size()) / 0.75F + 1.0F);
  for (copy.table_ = 1; copy.table_ < wanted;) copy.table_ *= 2;
  return copy;
}

void HashMapKeys::put(std::string_view key) {
  if (contains(keys_, key)) return;
  keys_.emplace_back(key);
  if (4 * keys_.size() > 3 * static_cast<size_t>(table_)) table_ *= 2;
}

void HashMapKeys::compute_if_absent(std::string_view key) {
  if (contains(keys_, key)) return;
  if (4 * keys_.size() > 3 * static_cast<size_t>(table_)) table_ *= 2;
  keys_.emplace(keys_.begin(), key);
}

void HashMapKeys::remove(std::string_view key) { std::erase(keys_, key); }

KeyOrder HashMapKeys::in_order() const {
  KeyOrder order = keys_;
  // A bucket that is split when the table grows keeps its order: only the last size counts.
  std::stable_sort(order.begin(), order.end(), [this](const std::string& a, const std::string& b) {
    return bucket(a, table_) < bucket(b, table_);
  });
  return order;
}

KeyOrder order_of_file(const config::NullableProperties& config) {
  HashMapKeys keys;
  for (const auto& [key, value] : config) keys.put(key);
  return keys.in_order();
}

KeyOrder hash_map_order(const config::NullableProperties& config, const KeyOrder& given) {
  KeyOrder keys;
  const auto known = [&](const std::string& key) { return config.count(key) != 0; };
  if (given.size() == config.size() && std::all_of(given.begin(), given.end(), known))
    keys = given;
  else
    for (const auto& [key, value] : config) keys.push_back(key);
  return HashMapKeys::copy_of(keys).in_order();
}

KeyOrder order_of_task(const KeyOrder& connector, const config::Properties& task) {
  HashMapKeys given;  // what the connector was started with
  for (const std::string& key : HashMapKeys::copy_of(connector).in_order()) given.put(key);
  KeyOrder own;
  for (const std::string& key : given.in_order())
    if (task.count(key) != 0) own.push_back(key);
  for (const auto& [key, value] : task)
    if (key != "task.class" && !contains(own, key)) own.push_back(key);
  HashMapKeys made = HashMapKeys::copy_of(own);
  made.put("task.class");
  return HashMapKeys::copy_of(made.in_order()).in_order();
}

}  // namespace millrace::herder
