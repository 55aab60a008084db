#include "plugin/catalogue.h"

#include <algorithm>
#include <filesystem>

#include "plugin/native/library.h"

namespace millrace::plugin {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kSuffix = "Connector";

std::string_view simple_name(std::string_view class_name) {
  size_t dot = class_name.find_last_of(".$");
  return dot == std::string_view::npos ? class_name : class_name.substr(dot + 1);
}

// Whether users may call `class_name` by `name`.
bool answers_to(std::string_view class_name, std::string_view name) {
  std::string_view simple = simple_name(class_name);
  return class_name == name || simple == name ||
         (simple.ends_with(kSuffix) && simple.substr(0, simple.size() - kSuffix.size()) == name);
}

// Java's PluginDesc.toString.
std::string describe(const ConnectorClass& connector) {
  std::string_view type = connector.type() == ConnectorType::kSource ? "source" : "sink";
  std::string text = "PluginDesc{klass=class ";
  text.append(connector.class_name()).append(", name='").append(connector.class_name());
  text.append("', version='").append(connector.version());
  text.append("', encodedVersion=").append(connector.version());
  text.append(", type=").append(type).append(", typeName='").append(type);
  return text.append("', location='").append(connector.location()).append("'}");
}

std::string describe(const std::vector<std::shared_ptr<const ConnectorClass>>& connectors) {
  std::string text;
  for (const auto& connector : connectors) {
    if (!text.empty()) text += ", ";
    text += describe(*connector);
  }
  return text;
}

// Paths of the folder in a stable order; nothing where it cannot be read.
std::vector<fs::path> entries_of(const fs::path& folder) {
  std::vector<fs::path> entries;
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(folder, ignored)) entries.push_back(entry.path());
  std::sort(entries.begin(), entries.end());
  return entries;
}

struct Files {
  std::vector<std::string> libraries, archives;

  void add(const fs::path& path) {
    if (path.extension() == ".so") libraries.push_back(path.string());
    if (path.extension() == ".jar") archives.push_back(path.string());
  }
};

Files find_files(const std::vector<std::string>& folders) {
  Files files;
  std::error_code ignored;
  for (const std::string& folder : folders) {
    for (const fs::path& entry : entries_of(folder)) {
      if (fs::is_directory(entry, ignored)) {
        for (const fs::path& inner : entries_of(entry)) files.add(inner);
      } else {
        files.add(entry);
      }
    }
  }
  return files;
}

}  // namespace

Catalogue Catalogue::scan(const std::vector<std::string>& folders) {
  Catalogue catalogue;
  Files files = find_files(folders);
  for (const std::string& path : files.libraries) {
    auto loaded = native::load_library(path);
    if (!loaded) {
      catalogue.rejected_.push_back({path, loaded.error().describe()});
      continue;
    }
    for (auto& connector : loaded->classes) catalogue.add(std::move(connector));
    for (const Error& error : loaded->rejected)
      catalogue.rejected_.push_back({path, error.describe()});
  }
  for (const std::string& path : files.archives)
    catalogue.rejected_.push_back({path, "JARs are not supported by this build"});
  return catalogue;
}

void Catalogue::add(std::shared_ptr<const ConnectorClass> connector_class) {
  // Listed by name, as Java's sorted set of plug-ins. The same class found twice: the first stays.
  auto place = std::lower_bound(
      classes_.begin(), classes_.end(), connector_class,
      [](const auto& a, const auto& b) { return a->class_name() < b->class_name(); });
  if (place != classes_.end() && (*place)->class_name() == connector_class->class_name()) {
    rejected_.push_back(
        {connector_class->location(),
         connector_class->class_name() + " was already found in " + (*place)->location()});
    return;
  }
  classes_.insert(place, std::move(connector_class));
}

Result<std::shared_ptr<const ConnectorClass>> Catalogue::find(std::string_view name) const {
  std::vector<std::shared_ptr<const ConnectorClass>> matches;
  for (const auto& connector : classes_) {
    const auto& others = connector->other_names();
    bool full_name = connector->class_name() == name ||
                     std::find(others.begin(), others.end(), name) != others.end();
    if (full_name) return connector;
    if (answers_to(connector->class_name(), name) ||
        std::any_of(others.begin(), others.end(),
                    [&](const std::string& other) { return answers_to(other, name); }))
      matches.push_back(connector);
  }
  if (matches.size() == 1) return matches.front();
  std::string message;
  if (matches.empty()) {
    message.append("Failed to find any class that implements Connector and which name matches ")
        .append(name)
        .append(", available connectors are: ");
    return fail(ErrorKind::not_found, message.append(describe(classes_)),
                "org.apache.kafka.connect.errors.ConnectException");
  }
  message.append("More than one connector matches alias ")
      .append(name)
      .append(". Please use full package and class name instead. Classes found: ");
  // Java lists all connectors here, not only those that match.
  return fail(ErrorKind::bad_config, message.append(describe(classes_)),
              "org.apache.kafka.connect.errors.ConnectException");
}

}  // namespace millrace::plugin
