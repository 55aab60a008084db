#pragma once
// The requests that this client knows, their versions, and what a broker answered to ApiVersions.

#include <cstdint>
#include <map>

#include "base/result.h"

namespace millrace::kafka::wire {

enum class Api : int16_t {
  kMetadata = 3,
  kFindCoordinator = 10,
  kJoinGroup = 11,
  kHeartbeat = 12,
  kLeaveGroup = 13,
  kSyncGroup = 14,
  kSaslHandshake = 17,
  kApiVersions = 18,
  kInitProducerId = 22,
  kSaslAuthenticate = 36,
};

const char* name_of(Api api);
// Of this version on, lengths are compact and tagged fields follow each structure (KIP-482).
bool is_flexible(Api api, int16_t version);

struct VersionRange {
  int16_t least = 0, most = 0;
};

// The versions that both sides speak.
class ApiVersions {
 public:
  void add(int16_t api, VersionRange range) { broker_[api] = range; }
  // The highest common version; an error where there is none (UnsupportedVersionException).
  Result<int16_t> pick(Api api) const;

 private:
  std::map<int16_t, VersionRange> broker_;
};

}  // namespace millrace::kafka::wire
