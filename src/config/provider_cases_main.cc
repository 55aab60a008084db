// Resolves the variables of configurations, a case on a line, and prints what comes out: for
// tests/config_providers, which does the same with Java's providers.
//
//   FILES PROVIDERS CONFIG     separated by tabs; each a list of KEY=VALUE, separated by commas
//
// Keys and values are hexadecimal; "-" is an empty list. FILES: NAME=CONTENT; a NAME that ends with
// a slash is a folder, one that begins with @ a link to CONTENT. PROVIDERS: the worker's
// properties. FOLDER stands for the folder of the case.

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iostream>

#include "base/log.h"
#include "config/config_resolver.h"
#include "testing/case_lines.h"

namespace millrace::testing {
namespace {

namespace fs = std::filesystem;

const std::string kPlaceholder = "FOLDER";

std::string with(std::string text, const std::string& from, const std::string& to) {
  for (size_t at = text.find(from); at != text.npos; at = text.find(from, at + to.size()))
    text.replace(at, from.size(), to);
  return text;
}

class Case {
 public:
  explicit Case(std::string folder) : folder_(std::move(folder)) { fs::create_directory(folder_); }
  ~Case() { fs::remove_all(folder_); }

  std::string run(const std::vector<std::string>& fields) {
    for (const auto& [name, content] : entries(fields[0])) write(name, content);
    const auto given = entries(fields[1]), configured = entries(fields[2]);
    auto resolver = config::make_config_resolver({given.begin(), given.end()});
    if (!resolver) return told(failure_text(resolver.error()));
    auto resolved = (*resolver)->resolve({configured.begin(), configured.end()});
    if (!resolved) return told(failure_text(resolved.error()));
    std::string out = "OK";
    for (const auto& [key, value] : *resolved) out += " " + hex_of(key) + "=" + hex_of(told(value));
    return out;
  }

 private:
  std::vector<std::pair<std::string, std::string>> entries(const std::string& list) const {
    std::vector<std::pair<std::string, std::string>> found;
    if (list == "-") return found;
    for (const std::string& entry : split(list, ',')) {
      const size_t equals = entry.find('=');
      found.emplace_back(with(from_hex(entry.substr(0, equals)), kPlaceholder, folder_),
                         with(from_hex(entry.substr(equals + 1)), kPlaceholder, folder_));
    }
    return found;
  }

  void write(const std::string& name, const std::string& content) const {
    if (name.ends_with("/"))
      fs::create_directory(folder_ + "/" + name);
    else if (name.starts_with("@"))
      fs::create_symlink(content, folder_ + "/" + name.substr(1));
    else
      std::ofstream(folder_ + "/" + name, std::ios::binary) << content;
  }

  std::string told(const std::string& text) const { return with(text, folder_, kPlaceholder); }

  const std::string folder_;
};

}  // namespace
}  // namespace millrace::testing

int main() {
  char root[] = "/tmp/millrace-provider-cases-XXXXXX";
  if (::mkdtemp(root) == nullptr) return 1;
  millrace::logging::set_level("root", millrace::LogLevel::kOff);
  int number = 0;
  for (std::string line; std::getline(std::cin, line);) {
    using namespace millrace::testing;
    const std::string folder = root + ("/" + std::to_string(number++));
    std::cout << escaped(Case(folder).run(split(line, '\t'))) << "\n";
  }
  std::filesystem::remove_all(root);
}
