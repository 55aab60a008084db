#pragma once
// Character.digit, as the transforms name it.

#include "data/java_digits.h"

namespace millrace::transform {

using data::with_ascii_digits;

}  // namespace millrace::transform
