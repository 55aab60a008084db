#pragma once
// FreedBy: the deleter of std::unique_ptr for what a C library makes and one of its functions
// frees.

namespace millrace {

template <auto Free>
struct FreedBy {
  template <typename T>
  void operator()(T* object) const {
    Free(object);
  }
};

}  // namespace millrace
