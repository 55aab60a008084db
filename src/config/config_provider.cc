#include "config/config_provider.h"

#include <unistd.h>

#include <array>
#include <cstdlib>
#include <filesystem>
#include <system_error>

#include "base/file_bytes.h"
#include "base/java_regex.h"
#include "base/log.h"
#include "base/properties.h"
#include "base/utf8.h"

namespace millrace::config {
namespace {

namespace fs = std::filesystem;

constexpr char kConfigException[] = "org.apache.kafka.common.config.ConfigException";
constexpr char kPackage[] = "org.apache.kafka.common.config.provider.";
constexpr std::array<const char*, 3> kNames{"Directory", "EnvVar", "File"};
constexpr char kSuffix[] = "ConfigProvider";

Failure refuse(std::string message) {
  return fail(ErrorKind::bad_config, std::move(message), kConfigException);
}

// Without a slash at its end: "/a/" and "/a" are the same folder.
fs::path normalised(const fs::path& path) {
  fs::path normal = path.lexically_normal();
  return normal.has_filename() || normal == normal.root_path() ? normal : normal.parent_path();
}

// A text that is no UTF-8 is refused, as by Java's strict reader.
Result<std::string> read_text(const fs::path& path) {
  Result<std::string> bytes = read_file_bytes(path.string());
  if (bytes && !is_utf8(*bytes))
    return fail(ErrorKind::bad_config, path.string() + " holds bytes that are no UTF-8");
  return bytes;
}

// java.nio.file.Path: slashes that stand twice or at the end do not count.
fs::path java_path(const std::string& text) {
  std::string path;
  for (const char c : text)
    if (c != '/' || !path.ends_with('/')) path.push_back(c);
  if (path.size() > 1 && path.ends_with('/')) path.pop_back();
  return path;
}

// allowed.paths. Java: AllowedPaths. Like there, links are not followed: what a link in an allowed
// folder points to may be read (that is how Kubernetes mounts secrets).
class AllowedPaths {
 public:
  static Result<AllowedPaths> make(const Properties& parameters) {
    AllowedPaths result;
    auto given = parameters.find("allowed.paths");
    if (given == parameters.end() || given->second.empty()) return result;
    result.all_ = false;
    std::string_view list = given->second;
    while (list.ends_with(',')) list.remove_suffix(1);  // as String.split has it
    if (list.empty()) return result;
    for (size_t from = 0; from <= list.size();) {
      const size_t comma = std::min(list.find(',', from), list.size());
      const fs::path path = normalised(list.substr(from, comma - from));
      std::error_code ignored;
      if (!path.is_absolute()) return refuse("Path " + path.string() + " is not absolute");
      if (!fs::exists(path, ignored)) return refuse("Path " + path.string() + " does not exist");
      result.paths_.push_back(path);
      from = comma + 1;
    }
    return result;
  }

  std::optional<fs::path> allowed(const std::string& text) const {
    if (all_) return java_path(text);
    const fs::path path = normalised(text);
    for (const fs::path& one : paths_) {
      auto [end, ignored] = std::mismatch(one.begin(), one.end(), path.begin(), path.end());
      if (end == one.end()) return path;
    }
    return std::nullopt;
  }

 private:
  bool all_ = true;
  std::vector<fs::path> paths_;
};

class FileConfigProvider : public ConfigProvider {
 public:
  explicit FileConfigProvider(AllowedPaths allowed) : allowed_(std::move(allowed)) {}

  Result<ProvidedValues> get(const std::string& path, const std::set<std::string>& keys) override {
    ProvidedValues provided;
    if (path.empty()) return provided;
    const std::optional<fs::path> file = allowed_.allowed(path);
    if (!file) {
      log_.warn("The path {} is not allowed to be accessed", path);
      return provided;
    }
    Result<std::string> text = read_text(*file);
    if (!text) {
      log_.error("Could not read properties from file {}: {}", path, text.error().message());
      return refuse("Could not read properties from file " + path);
    }
    Result<PropertiesFile> properties = parse_properties(*text);
    if (!properties) {
      log_.error("Could not read properties from file {}: {}", path, properties.error().message());
      return fail(ErrorKind::bad_config, "Malformed \\uxxxx encoding.",
                  "java.lang.IllegalArgumentException");
    }
    for (const std::string& key : keys)
      if (auto found = properties->values.find(key); found != properties->values.end())
        provided.values.insert(*found);
    return provided;
  }

 private:
  const Logger log_{std::string(kPackage) + "FileConfigProvider"};
  const AllowedPaths allowed_;
};

class DirectoryConfigProvider : public ConfigProvider {
 public:
  explicit DirectoryConfigProvider(AllowedPaths allowed) : allowed_(std::move(allowed)) {}

  Result<ProvidedValues> get(const std::string& path, const std::set<std::string>& keys) override {
    ProvidedValues provided;
    if (path.empty()) return provided;
    const std::optional<fs::path> folder = allowed_.allowed(path);
    std::error_code error;
    if (!folder) {
      log_.warn("The path {} is not allowed to be accessed", path);
      return provided;
    }
    if (!fs::is_directory(*folder, error)) {
      log_.warn("The path {} is not a directory", path);
      return provided;
    }
    if (::access(folder->c_str(), R_OK | X_OK) != 0)
      return refuse("Could not list directory " + folder->string());
    for (const std::string& key : keys) {
      // A key is a file's name in that folder, nothing more.
      if (key.empty() || key.find('/') != std::string::npos) continue;
      const fs::path file = *folder / key;
      if (!fs::is_regular_file(file, error)) continue;
      Result<std::string> text = read_text(file);
      if (!text) {
        log_.error("Could not read file {} for property {}: {}", file.string(), key,
                   text.error().message());
        return refuse("Could not read file " + file.string() + " for property " + key);
      }
      provided.values.emplace(key, *std::move(text));
    }
    return provided;
  }

 private:
  const Logger log_{std::string(kPackage) + "DirectoryConfigProvider"};
  const AllowedPaths allowed_;
};

class EnvVarConfigProvider : public ConfigProvider {
 public:
  explicit EnvVarConfigProvider(JavaRegex allowed) : allowed_(std::move(allowed)) {}

  Result<ProvidedValues> get(const std::string& path, const std::set<std::string>& keys) override {
    if (!path.empty())
      return refuse("Path is not supported for EnvVarConfigProvider, invalid value '" + path + "'");
    ProvidedValues provided;
    for (const std::string& key : keys) {
      if (!allowed_.matches(key)) continue;
      if (const char* value = std::getenv(key.c_str())) provided.values.emplace(key, value);
    }
    return provided;
  }

 private:
  const JavaRegex allowed_;
};

std::string short_name(std::string_view class_name) {
  if (class_name.starts_with(kPackage)) class_name.remove_prefix(sizeof kPackage - 1);
  if (class_name.ends_with(kSuffix)) class_name.remove_suffix(sizeof kSuffix - 1);
  return std::string(class_name);
}

}  // namespace

std::vector<std::string> config_provider_classes() {
  std::vector<std::string> classes;
  for (const char* name : kNames) classes.push_back(kPackage + std::string(name) + kSuffix);
  return classes;
}

Result<std::unique_ptr<ConfigProvider>> make_config_provider(const std::string& class_name,
                                                             const Properties& parameters) {
  const std::string name = short_name(class_name);
  if (name == "EnvVar") {
    auto given = parameters.find("allowlist.pattern");
    const std::string pattern = given == parameters.end() ? ".*" : given->second;
    Result<JavaRegex> regex = JavaRegex::compile(pattern);
    if (!regex)
      return refuse("Invalid value " + pattern +
                    " for configuration allowlist.pattern: " + regex.error().message());
    return std::make_unique<EnvVarConfigProvider>(*std::move(regex));
  }
  if (name == "File" || name == "Directory") {
    Result<AllowedPaths> allowed = AllowedPaths::make(parameters);
    if (!allowed) return fail(std::move(allowed).error());
    if (name == "File") return std::make_unique<FileConfigProvider>(*std::move(allowed));
    return std::make_unique<DirectoryConfigProvider>(*std::move(allowed));
  }
  std::string known;
  for (const std::string& each : config_provider_classes())
    known += (known.empty() ? "" : ", ") + each;
  return refuse("Class " + class_name + " could not be found. Configuration providers are " +
                known);
}

}  // namespace millrace::config
