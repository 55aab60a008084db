#pragma once
// Reads a growing file, or standard input, in large pieces of whole lines. A line ends with \n,
// \r\n or a \r that something else follows; what has no end yet is held back.

#include <cstdint>
#include <optional>
#include <string>

#include "file_keys.h"

namespace millrace::file {

class LineReader {
 public:
  ~LineReader() { close(); }

  // False: there is no such file yet. Throws where it is there but cannot be read.
  bool open(const std::string& file);
  void open_standard_input();
  void close();
  bool is_open() const { return descriptor_ >= 0; }

  // Goes on reading at this byte. One beyond the end is waited for, as Java does.
  void seek(int64_t position);
  // Byte after the last line that was taken.
  int64_t position() const { return position_; }

  // A piece of memory for sdk::Builder::adopt, with `size` bytes of text in it.
  struct Piece {
    char* memory;
    size_t size;
    size_t fresh;  // of these, bytes that were read just now
  };
  // What is held back and what can be read now without waiting; nothing: no new bytes and
  // nothing that was left over. The caller owns the memory (free).
  std::optional<Piece> read();
  // After `read`: the first `used` bytes were taken as lines; the rest is kept for the next read.
  void take(const Piece& piece, size_t used, bool leftover_lines);

 private:
  size_t available() const;  // bytes that a read would give, as far as is known

  std::string file_, pending_;
  int descriptor_ = -1;
  bool regular_ = false, owned_ = false, leftover_lines_ = false;
  int64_t position_ = 0, read_position_ = 0;
};

}  // namespace millrace::file
