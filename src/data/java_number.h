#pragma once
// Java's texts of floating-point numbers: Double.toString and Float.toString as JDK 19 and later
// write them (the shortest decimal that reads back as the same number, and of those the nearest;
// `100.0`, `1.0E10`, `4.9E-324`, `NaN`, `-Infinity`). Older JDKs sometimes print a digit more for
// the same number.

#include <cstdint>
#include <string>

namespace millrace::data {

inline constexpr size_t kFloatTextSize = 32;  // room that a text may take

// Write to `out` (kFloatTextSize bytes of room); give the end.
char* write_java_double(char* out, double value);
char* write_java_float(char* out, float value);

void append_java_double(std::string& out, double value);
void append_java_float(std::string& out, float value);
void append_integer(std::string& out, int64_t value);

// Double.hashCode's and Float.hashCode's bits: one NaN.
int64_t java_double_bits(double value);
int32_t java_float_bits(float value);

}  // namespace millrace::data
