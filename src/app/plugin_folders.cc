#include "app/plugin_folders.h"

#include <algorithm>
#include <filesystem>
#include <system_error>

namespace millrace::app {

std::vector<std::string> plugin_folders(const std::vector<std::string>& plugin_path) {
  namespace fs = std::filesystem;
  std::vector<std::string> folders = plugin_path;
  std::error_code failed;
  const fs::path binary = fs::read_symlink("/proc/self/exe", failed);
  if (failed) return folders;
  const fs::path prefix = binary.parent_path().parent_path();
  for (const fs::path& folder : {prefix / "connectors", prefix / "lib/millrace/connectors"}) {
    if (!fs::is_directory(folder, failed)) continue;
    const bool named = std::any_of(folders.begin(), folders.end(), [&](const std::string& other) {
      std::error_code ignored;
      return fs::equivalent(other, folder, ignored);
    });
    if (!named) folders.push_back(folder.string());
  }
  return folders;
}

}  // namespace millrace::app
