#include "runtime/file_offset_store.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <cstdlib>
#include <cstring>

#include "runtime/java_serialization.h"
#include "runtime/source_offset.h"

namespace millrace::runtime {
namespace {

Failure system_failure(const std::string& what, const std::string& path, int error) {
  return fail(ErrorKind::fatal, what + " '" + path + "': " + std::strerror(error),
              "org.apache.kafka.connect.errors.ConnectException");
}

class File {
 public:
  explicit File(int descriptor) : descriptor_(descriptor) {}
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  ~File() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }
  int get() const { return descriptor_; }
  bool close() { return ::close(std::exchange(descriptor_, -1)) == 0; }

 private:
  int descriptor_;
};

bool write_all(int descriptor, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(descriptor, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    bytes.remove_prefix(static_cast<size_t>(written));
  }
  return true;
}

// Missing: empty text.
Result<std::string> read_file(const std::string& path) {
  File file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.get() < 0) {
    if (errno == ENOENT) return std::string();
    return system_failure("Could not open the offsets file", path, errno);
  }
  std::string text;
  char piece[64 * 1024];
  for (;;) {
    const ssize_t size = ::read(file.get(), piece, sizeof piece);
    if (size == 0) return text;
    if (size > 0)
      text.append(piece, static_cast<size_t>(size));
    else if (errno != EINTR)
      return system_failure("Could not read the offsets file", path, errno);
  }
}

std::string folder_of(const std::string& path) {
  const size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

// The file itself where the path is a link, so that the link stays one.
std::string resolve(const std::string& path) {
  char resolved[PATH_MAX];
  return ::realpath(path.c_str(), resolved) != nullptr ? std::string(resolved) : path;
}

// For what cannot be replaced by a new file: devices, or a file in a folder that is not ours.
Result<void> write_in_place(const std::string& path, std::string_view bytes) {
  File file(::open(path.c_str(), O_WRONLY | O_TRUNC | O_CLOEXEC));
  if (file.get() < 0) return system_failure("Could not write the offsets file", path, errno);
  if (!write_all(file.get(), bytes))
    return system_failure("Could not write the offsets file", path, errno);
  if (::fsync(file.get()) != 0 && errno != EINVAL && errno != EROFS)
    return system_failure("Could not write the offsets file", path, errno);
  return {};
}

Result<void> write_beside_and_replace(const std::string& path, const struct stat* old,
                                      std::string_view bytes) {
  const std::string beside = path + ".new";
  File file(::open(beside.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666));
  if (file.get() < 0) return system_failure("Could not write the offsets file", beside, errno);
  if (old != nullptr && ::fchmod(file.get(), old->st_mode & 07777) != 0) {
    // The offsets matter more than who may read them.
  }
  if (!write_all(file.get(), bytes) || ::fsync(file.get()) != 0 || !file.close()) {
    const int error = errno;
    ::unlink(beside.c_str());
    return system_failure("Could not write the offsets file", beside, error);
  }
  if (::rename(beside.c_str(), path.c_str()) != 0) {
    const int error = errno;
    ::unlink(beside.c_str());
    return system_failure("Could not replace the offsets file", path, error);
  }
  File folder(::open(folder_of(path).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (folder.get() >= 0 && ::fsync(folder.get()) != 0 && errno != EINVAL)
    return system_failure("Could not write the folder of the offsets file", path, errno);
  return {};
}

}  // namespace

FileOffsetStore::FileOffsetStore(std::string path, std::chrono::milliseconds gather)
    : path_(std::move(path)),
      gather_(gather),
      log_("org.apache.kafka.connect.storage.FileOffsetBackingStore") {}

FileOffsetStore::~FileOffsetStore() { stop(); }

Result<void> FileOffsetStore::start() {
  {
    std::lock_guard lock(mutex_);
    if (running_) return {};
  }
  log_.info("Starting FileOffsetBackingStore with file {}", path_);
  auto text = read_file(path_);
  if (!text) return fail(std::move(text).error());
  Data data;
  if (!text->empty()) {
    auto map = read_java_byte_map(*text);
    if (!map)
      return fail(std::move(map).error().within(
          "The offsets file '" + path_ +
          "' cannot be read. Restore it, or remove it to start every source from its beginning"));
    for (auto& [key, value] : *map)
      if (key && value) data.insert_or_assign(std::move(*key), std::move(*value));
  }
  std::lock_guard lock(mutex_);
  data_ = std::move(data);
  running_ = true;
  stopping_ = false;
  writer_ = std::thread([this] { write_updates(); });
  return {};
}

void FileOffsetStore::stop() {
  {
    std::lock_guard lock(mutex_);
    if (!running_ || stopping_) return;
    stopping_ = true;
  }
  changed_.notify_all();
  writer_.join();
  std::lock_guard lock(mutex_);
  running_ = false;
  log_.info("Stopped FileOffsetBackingStore");
}

Result<std::vector<std::optional<std::string>>> FileOffsetStore::get(
    const std::vector<std::string>& keys) {
  std::vector<std::optional<std::string>> values;
  values.reserve(keys.size());
  std::lock_guard lock(mutex_);
  for (const std::string& key : keys) {
    auto found = data_.find(key);
    values.push_back(found == data_.end() ? std::nullopt : std::optional(found->second));
  }
  return values;
}

void FileOffsetStore::set(std::vector<OffsetEntry> entries, Done done) {
  {
    std::lock_guard lock(mutex_);
    if (running_ && !stopping_) {
      updates_.push_back({std::move(entries), std::move(done)});
      done = nullptr;
    }
  }
  if (done)
    done(fail(ErrorKind::cancelled, "The offset store is stopped",
              "org.apache.kafka.connect.errors.ConnectException"));
  else
    changed_.notify_all();
}

void FileOffsetStore::hurry() {
  {
    std::lock_guard lock(mutex_);
    // Where nothing waits any more, what comes later is not in a hurry.
    if (updates_.empty()) return;
    hurried_ = true;
  }
  changed_.notify_all();
}

Result<std::vector<OffsetEntry>> FileOffsetStore::entries_of(const std::string& connector) {
  const std::string prefix = offset_key_prefix(connector);
  std::vector<OffsetEntry> entries;
  std::lock_guard lock(mutex_);
  for (auto i = data_.lower_bound(prefix); i != data_.end(); ++i) {
    if (!i->first.starts_with(prefix)) break;
    entries.push_back({i->first, i->second});
  }
  return entries;
}

uint64_t FileOffsetStore::writes() const {
  std::lock_guard lock(mutex_);
  return writes_;
}

void FileOffsetStore::write_updates() {
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [this] { return stopping_ || !updates_.empty(); });
    changed_.wait_until(lock, last_write_ + gather_, [this] { return stopping_ || hurried_; });
    if (!updates_.empty()) write_once(lock);
    if (stopping_ && updates_.empty()) return;
  }
}

void FileOffsetStore::write_once(std::unique_lock<std::mutex>& lock) {
  std::vector<Update> updates = std::exchange(updates_, {});
  hurried_ = false;
  Data next = data_;
  lock.unlock();
  for (const Update& update : updates) {
    for (const OffsetEntry& entry : update.entries) {
      if (entry.value)
        next.insert_or_assign(entry.key, *entry.value);
      else
        next.erase(entry.key);
    }
  }
  const Result<void> saved = save(next);
  if (!saved) log_.error("Offsets could not be committed: {}", saved.error().describe());
  lock.lock();
  last_write_ = std::chrono::steady_clock::now();
  ++writes_;
  if (saved) data_ = std::move(next);
  lock.unlock();
  for (const Update& update : updates)
    if (update.done) update.done(saved);
  lock.lock();
}

Result<void> FileOffsetStore::save(const Data& data) const {
  JavaByteMap map;
  map.reserve(data.size());
  for (const auto& [key, value] : data) map.emplace_back(key, value);
  const std::string bytes = write_java_byte_map(map);

  const std::string path = resolve(path_);
  struct stat old {};
  const bool exists = ::stat(path.c_str(), &old) == 0;
  if (exists && S_ISDIR(old.st_mode))
    return system_failure("Could not write the offsets file", path, EISDIR);
  const bool replaceable =
      !exists || (S_ISREG(old.st_mode) && ::access(folder_of(path).c_str(), W_OK) == 0);
  if (!replaceable) return write_in_place(path, bytes);
  // A file that its owner made read-only is not to be replaced behind his back.
  if (exists && ::access(path.c_str(), W_OK) != 0)
    return system_failure("Could not write the offsets file", path, errno);
  return write_beside_and_replace(path, exists ? &old : nullptr, bytes);
}

}  // namespace millrace::runtime
