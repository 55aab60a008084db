#include "plugin/native/library.h"

#include <dlfcn.h>

#include "plugin/native/connector_class.h"
#include "plugin/native/errors.h"
#include "plugin/native/host_table.h"

namespace millrace::plugin::native {
namespace {

constexpr const char* kEntry = "millrace_plugin_v1";

Error no_entry(const std::string& path, void* library) {
  for (int version = 2; version <= 9; ++version) {
    std::string other = "millrace_plugin_v" + std::to_string(version);
    if (dlsym(library, other.c_str()) == nullptr) continue;
    return {ErrorKind::bad_config, path + " was built against contract version " +
                                       std::to_string(version) + ", this worker speaks " +
                                       std::to_string(MILLRACE_ABI_MAJOR)};
  }
  return {ErrorKind::bad_config,
          path + " is no Millrace plug-in: it does not export the symbol " + kEntry};
}

Result<millrace_plugin> call_entry(const std::string& path, millrace_plugin_entry entry) {
  millrace_plugin plugin{};
  plugin.size = sizeof plugin;
  Result<void> done = call_plugin(
      path, kEntry, [&](millrace_error* error) { return entry(host_table(), &plugin, error); });
  if (!done) return fail(std::move(done).error());
  if (plugin.size < sizeof plugin) {
    return fail(ErrorKind::bad_config, path + ": millrace_plugin::size is " +
                                           std::to_string(plugin.size) + ", expected at least " +
                                           std::to_string(sizeof plugin));
  }
  if (plugin.connector_count != 0 && plugin.connectors == nullptr)
    return fail(ErrorKind::bad_config, path + ": millrace_plugin::connectors is NULL");
  return plugin;
}

}  // namespace

Result<LoadedLibrary> load_library(const std::string& path) {
  void* library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
  if (library == nullptr) {
    const char* reason = dlerror();
    return fail(ErrorKind::bad_config,
                path + " cannot be loaded: " + (reason == nullptr ? "unknown reason" : reason));
  }
  auto entry = reinterpret_cast<millrace_plugin_entry>(dlsym(library, kEntry));
  if (entry == nullptr) return fail(no_entry(path, library));
  Result<millrace_plugin> plugin = call_entry(path, entry);
  if (!plugin) return fail(std::move(plugin).error());

  LoadedLibrary loaded;
  for (uint32_t i = 0; i < plugin->connector_count; ++i) {
    auto made = NativeConnectorClass::make(path, plugin->connectors[i]);
    if (made) {
      loaded.classes.push_back(std::move(*made));
    } else {
      loaded.rejected.push_back(std::move(made).error());
    }
  }
  return loaded;
}

}  // namespace millrace::plugin::native
