#include "line_reader.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <utility>

namespace millrace::file {
namespace {

constexpr size_t kPiece = 128 * 1024;
constexpr char kCannotRead[] = "Couldn't read file";

}  // namespace

bool LineReader::open(const std::string& file) {
  // Non-blocking: opening a FIFO must not wait for its writer.
  int descriptor = ::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (descriptor < 0 && errno == ENOENT) return false;
  if (descriptor < 0) throw sdk::FatalError(system_error("Couldn't open file", file, errno));
  file_ = file;
  descriptor_ = descriptor;
  owned_ = true;
  struct stat status {};
  if (::fstat(descriptor, &status) != 0)
    throw sdk::FatalError(system_error(kCannotRead, file, errno));
  if (S_ISDIR(status.st_mode)) throw sdk::FatalError(system_error(kCannotRead, file, EISDIR));
  regular_ = S_ISREG(status.st_mode);
  return true;
}

void LineReader::open_standard_input() {
  file_ = "stdin";
  descriptor_ = STDIN_FILENO;
  owned_ = false;
  struct stat status {};
  regular_ = ::fstat(descriptor_, &status) == 0 && S_ISREG(status.st_mode);
  if (regular_) read_position_ = std::max<int64_t>(0, ::lseek(descriptor_, 0, SEEK_CUR));
}

void LineReader::close() {
  if (owned_ && descriptor_ >= 0) ::close(descriptor_);
  descriptor_ = -1;
  std::string().swap(pending_);
}

void LineReader::seek(int64_t position) {
  position_ = position;
  read_position_ = std::max<int64_t>(0, position);
}

size_t LineReader::available() const {
  if (!regular_) {
    pollfd ready{descriptor_, POLLIN, 0};
    return ::poll(&ready, 1, 0) > 0 && (ready.revents & POLLIN) ? kPiece : 0;
  }
  struct stat status {};
  if (::fstat(descriptor_, &status) != 0)
    throw sdk::FatalError(system_error(kCannotRead, file_, errno));
  return static_cast<size_t>(std::max<int64_t>(0, status.st_size - read_position_));
}

std::optional<LineReader::Piece> LineReader::read() {
  size_t held = pending_.size();
  // A long line without an end makes the pieces grow, so that it is not copied too often. Small
  // additions to a file get small pieces: the batch holds on to them.
  size_t wanted = std::min(available(), std::max(kPiece, held));
  if (leftover_lines_ && held >= kPiece / 2) wanted = 0;
  if (wanted == 0 && !leftover_lines_) return std::nullopt;

  Piece piece{static_cast<char*>(std::malloc(held + wanted + 1)), held, 0};
  if (piece.memory == nullptr)
    throw sdk::FatalError("no memory for a line of '" + file_ + "' of more than " +
                          std::to_string(held) + " bytes");
  std::copy_n(pending_.data(), held, piece.memory);
  ssize_t count = 0;
  if (wanted != 0) {
    do {
      count = regular_ ? ::pread(descriptor_, piece.memory + held, wanted, read_position_)
                       : ::read(descriptor_, piece.memory + held, wanted);
    } while (count < 0 && errno == EINTR);
  }
  if (count < 0 && errno != EAGAIN) {
    int error_number = errno;
    std::free(piece.memory);
    throw sdk::FatalError(system_error(kCannotRead, file_, error_number));
  }
  piece.fresh = static_cast<size_t>(std::max<ssize_t>(0, count));
  if (piece.fresh == 0 && !leftover_lines_) {
    std::free(piece.memory);
    return std::nullopt;
  }
  piece.size += piece.fresh;
  read_position_ += static_cast<int64_t>(piece.fresh);
  return piece;
}

void LineReader::take(const Piece& piece, size_t used, bool leftover_lines) {
  position_ += static_cast<int64_t>(used);
  leftover_lines_ = leftover_lines;
  // A fresh string: one that was large once must not stay large.
  pending_ = std::string(piece.memory + used, piece.size - used);
}

}  // namespace millrace::file
