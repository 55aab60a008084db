#pragma once
// Versions of plug-ins and the ranges of them that a configuration may ask for (KIP-891):
// `connector.plugin.version=[1.2,2.0)`. They are compared as Maven does it, since the Java worker
// leaves it to Maven's classes; a version without brackets means exactly that one.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace millrace::config {

// Less than, equal to or greater than 0: org.apache.maven.artifact.versioning.ComparableVersion.
// Digits and letters are those of ASCII.
int compare_versions(std::string_view a, std::string_view b);

class VersionRange {
 public:
  // Nothing: the newest version will do (`latest`, or not set). bad_config: Maven's message.
  static Result<std::optional<VersionRange>> of(const std::optional<std::string>& requirement);

  bool contains(std::string_view version) const;
  std::string text() const;  // as Maven prints it: `[1.2,2.0),[3,3]`

 private:
  struct Restriction {
    std::optional<std::string> lower, upper;  // nullopt: no bound
    bool lower_inclusive = false, upper_inclusive = false;
  };
  static Result<VersionRange> parse(const std::string& specification);
  static Result<Restriction> parse_restriction(std::string_view text);
  std::vector<Restriction> restrictions_;
};

// Java: VersionedPluginLoadingException's message.
std::string no_such_version(std::string_view plugin, const VersionRange& range,
                            const std::vector<std::string>& available);

}  // namespace millrace::config
