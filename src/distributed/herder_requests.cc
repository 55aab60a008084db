#include "distributed/herder_requests.h"

#include <algorithm>
#include <utility>

namespace millrace::distributed {

void HerderRequests::add(HerderRequest request) {
  const Key key(request.not_before, next_++);
  requests_.emplace(key, std::move(request));
}

void HerderRequests::serve(Clock::time_point now, const std::function<bool(Gate)>& open) {
  std::set<std::string> overtaken;  // connectors for which an earlier request waits
  for (auto each = requests_.begin(); each != requests_.end() && each->first.first <= now;) {
    HerderRequest& request = each->second;
    if (request.deadline <= now) {
      auto node = requests_.extract(each++);
      if (node.mapped().refuse)
        node.mapped().refuse(Error(ErrorKind::timed_out, "Request timed out"));
      continue;
    }
    const bool named = !request.connector.empty();
    const bool waits =
        !open(request.gate) ||
        (named && (held_.count(request.connector) != 0 || overtaken.count(request.connector) != 0));
    if (waits) {
      if (named) overtaken.insert(request.connector);
      ++each;
      continue;
    }
    auto node = requests_.extract(each);
    const Key served = node.key();
    node.mapped().serve();
    each = requests_.upper_bound(served);
  }
}

HerderRequests::Clock::time_point HerderRequests::next_time(Clock::time_point now) const {
  Clock::time_point next = Clock::time_point::max();
  for (const auto& [key, request] : requests_) {
    if (key.first > now) return std::min(next, key.first);
    next = std::min(next, request.deadline);
  }
  return next;
}

void HerderRequests::refuse_all(const Error& error) {
  for (auto& [key, request] : std::exchange(requests_, {}))
    if (request.refuse) request.refuse(error);
}

void HerderRequests::release(const std::string& connector) {
  auto held = held_.find(connector);
  if (held != held_.end() && --held->second == 0) held_.erase(held);
}

}  // namespace millrace::distributed
