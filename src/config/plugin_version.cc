#include "config/plugin_version.h"

#include "config/config_def.h"

namespace millrace::config {

Result<std::optional<VersionRange>> VersionRange::of(
    const std::optional<std::string>& requirement) {
  if (!requirement || *requirement == "latest") return std::optional<VersionRange>();
  const std::string given(trim(*requirement));
  auto range = parse(given);
  // A version alone would be a recommendation to Maven; here it is the only one.
  if (range && range->restrictions_.empty()) range = parse("[" + given + "]");
  if (!range) return fail(std::move(range).error());
  return std::optional<VersionRange>(*std::move(range));
}

Result<VersionRange> VersionRange::parse(const std::string& specification) {
  VersionRange range;
  std::string_view rest = specification;
  while (!rest.empty() && (rest.front() == '[' || rest.front() == '(')) {
    const size_t end = rest.find_first_of(")]");
    if (end == std::string_view::npos)
      return fail(ErrorKind::bad_config, "Unbounded range: " + specification);
    auto restriction = parse_restriction(rest.substr(0, end + 1));
    if (!restriction) return fail(std::move(restriction).error());
    if (!range.restrictions_.empty()) {
      const std::optional<std::string>& before = range.restrictions_.back().upper;
      if (before && (!restriction->lower || compare_versions(*restriction->lower, *before) < 0))
        return fail(ErrorKind::bad_config, "Ranges overlap: " + specification);
    }
    range.restrictions_.push_back(*std::move(restriction));
    rest = trim(rest.substr(end + 1));
    if (!rest.empty() && rest.front() == ',') rest = trim(rest.substr(1));
  }
  if (!rest.empty() && !range.restrictions_.empty())
    return fail(ErrorKind::bad_config,
                "Only fully-qualified sets allowed in multiple set scenario: " + specification);
  return range;
}

Result<VersionRange::Restriction> VersionRange::parse_restriction(std::string_view text) {
  Restriction made;
  made.lower_inclusive = text.front() == '[';
  made.upper_inclusive = text.back() == ']';
  const std::string_view inner = trim(text.substr(1, text.size() - 2));
  const size_t comma = inner.find(',');
  if (comma == std::string_view::npos) {
    if (!made.lower_inclusive || !made.upper_inclusive)
      return fail(ErrorKind::bad_config,
                  "Single version must be surrounded by []: " + std::string(text));
    made.lower = made.upper = std::string(inner);
    return made;
  }
  auto bound = [](std::string_view version) {
    version = trim(version);
    return version.empty() ? std::nullopt : std::optional<std::string>(version);
  };
  made.lower = bound(inner.substr(0, comma));
  made.upper = bound(inner.substr(comma + 1));
  if (made.lower && made.upper) {
    const int order = compare_versions(*made.upper, *made.lower);
    if (order < 0 || (order == 0 && !(made.lower_inclusive && made.upper_inclusive)))
      return fail(ErrorKind::bad_config, "Range defies version ordering: " + std::string(text));
  }
  return made;
}

bool VersionRange::contains(std::string_view version) const {
  auto within = [version](const Restriction& each) {
    if (each.lower) {
      const int order = compare_versions(*each.lower, version);
      if (order > 0 || (order == 0 && !each.lower_inclusive)) return false;
    }
    if (!each.upper) return true;
    const int order = compare_versions(*each.upper, version);
    return order > 0 || (order == 0 && each.upper_inclusive);
  };
  for (const Restriction& each : restrictions_)
    if (within(each)) return true;
  return false;
}

std::string VersionRange::text() const {
  std::string text;
  for (const Restriction& each : restrictions_) {
    if (!text.empty()) text += ",";
    text += each.lower_inclusive ? "[" : "(";
    text += each.lower.value_or("") + "," + each.upper.value_or("");
    text += each.upper_inclusive ? "]" : ")";
  }
  return text;
}

std::string no_such_version(std::string_view plugin, const VersionRange& range,
                            const std::vector<std::string>& available) {
  std::string text = "Plugin " + std::string(plugin) +
                     " not found that matches the version range " + range.text() +
                     ", available versions: [";
  for (size_t i = 0; i < available.size(); ++i) text += (i == 0 ? "" : ", ") + available[i];
  return text + "]";
}

}  // namespace millrace::config
