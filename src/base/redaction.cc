#include "base/redaction.h"

#include <algorithm>
#include <atomic>
#include <deque>
#include <map>
#include <mutex>
#include <set>

namespace millrace::redaction {
namespace {

constexpr size_t kShortest = 4;
constexpr size_t kRetiredOwners = 256;

struct LongestFirst {
  bool operator()(const std::string& a, const std::string& b) const {
    return a.size() != b.size() ? a.size() > b.size() : a < b;
  }
};
using Values = std::set<std::string, LongestFirst>;

struct State {
  std::mutex mutex;
  std::map<std::string, Values, std::less<>> owners;
  std::map<std::string, size_t, LongestFirst> all;  // with the number of owners that have it
  std::deque<std::string> retired;                  // the longest ago first
  std::atomic<bool> active{false};
};

State& state() {
  static State* the_state = new State;  // never destroyed: threads of plug-ins may log during exit
  return *the_state;
}

void replace_all(std::string& text, const std::string& value) {
  for (size_t at = text.find(value); at != std::string::npos;
       at = text.find(value, at + kHidden.size()))
    text.replace(at, value.size(), kHidden);
}

void forget(State& the, const std::string& owner) {
  auto found = the.owners.find(owner);
  if (found == the.owners.end()) return;
  for (const std::string& value : found->second)
    if (auto one = the.all.find(value); one != the.all.end() && --one->second == 0)
      the.all.erase(one);
  the.owners.erase(found);
}

}  // namespace

bool active() { return state().active.load(std::memory_order_relaxed); }

void note(const std::string& owner, const std::vector<std::string>& values) {
  State& the = state();
  std::lock_guard lock(the.mutex);
  std::erase(the.retired, owner);
  for (const std::string& value : values) {
    if (value.size() < kShortest || value == "true" || value == "false") continue;
    if (the.owners[owner].insert(value).second) ++the.all[value];
    the.active = true;
  }
}

void retire(const std::string& owner) {
  State& the = state();
  std::lock_guard lock(the.mutex);
  if (the.owners.find(owner) == the.owners.end()) return;
  std::erase(the.retired, owner);
  the.retired.push_back(owner);
  if (the.retired.size() <= kRetiredOwners) return;
  forget(the, the.retired.front());
  the.retired.pop_front();
}

std::string clean(std::string_view text) {
  std::string out(text);
  if (!active()) return out;
  State& the = state();
  std::lock_guard lock(the.mutex);
  for (const auto& [value, owners] : the.all) replace_all(out, value);
  return out;
}

std::string clean(std::string_view owner, std::string_view text) {
  std::string out(text);
  if (!active()) return out;
  State& the = state();
  std::lock_guard lock(the.mutex);
  for (std::string_view one : {owner, std::string_view()})
    if (auto found = the.owners.find(one); found != the.owners.end())
      for (const std::string& value : found->second) replace_all(out, value);
  return out;
}

std::string without(std::string_view text, const std::vector<std::string>& values) {
  std::string out(text);
  for (const std::string& value : Values(values.begin(), values.end()))
    if (value.size() >= kShortest) replace_all(out, value);
  return out;
}

}  // namespace millrace::redaction
