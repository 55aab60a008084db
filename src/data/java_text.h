#pragma once
// The texts that Java gives to values: String.valueOf. `Struct{a=1,b=x}` without its null fields,
// `{k=v, l=w}`, `[1, 2]`, `null`, numbers as Double.toString, dates as `Thu Jan 02 00:00:00 UTC
// 2020`.
//
// A BYTES cell is a byte[] (that is what converters make), so its text is Java's identity text
// `[B@1b2c3d4`; the digits mean nothing in either worker.

#include <string>
#include <string_view>

#include "data/cell.h"
#include "data/schema.h"

namespace millrace::data {

// schema: of the cell, or null. A struct whose schema is not known is written as a list of values.
void append_java_text(std::string& out, const Schema* schema, const Cell& cell);

// The class that Java would hold the value in, as in messages: `java.lang.String`, `[B`,
// `java.util.HashMap`.
std::string_view java_class_name(const Cell& cell);

}  // namespace millrace::data
