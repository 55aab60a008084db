#pragma once
// All connector classes that this worker can run, by the names users call them.

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "plugin/connector.h"

namespace millrace::plugin {

// A library that lies on plugin.path but cannot be used, and why.
struct RejectedLibrary {
  std::string path;
  std::string reason;
};

// Built once at start, then immutable; thread-safe.
class Catalogue {
 public:
  // Loads every `.so` in the folders (not recursively, and one level of sub-folders, as Java's
  // plugin.path). A library that cannot be used is noted, never fatal. JARs are noted as not
  // supported by this build.
  static Catalogue scan(const std::vector<std::string>& folders);

  void add(std::shared_ptr<const ConnectorClass> connector_class);

  // By full class name, simple name or alias (simple name without `Connector`), Java names
  // included. not_found and ambiguous names fail with Java's message.
  Result<std::shared_ptr<const ConnectorClass>> find(std::string_view class_or_alias) const;

  const std::vector<std::shared_ptr<const ConnectorClass>>& classes() const { return classes_; }
  const std::vector<RejectedLibrary>& rejected() const { return rejected_; }

 private:
  std::vector<std::shared_ptr<const ConnectorClass>> classes_;
  std::vector<RejectedLibrary> rejected_;
};

}  // namespace millrace::plugin
