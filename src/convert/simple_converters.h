#pragma once
// The converters that need no more than a loop: their makers, for the registry.

#include <memory>
#include <string>

#include "convert/converter.h"

namespace millrace::convert {

// org.apache.kafka.connect.converters.ByteArrayConverter, BooleanConverter.
std::unique_ptr<Converter> make_byte_array_converter();
std::unique_ptr<Converter> make_boolean_converter();
// ShortConverter, IntegerConverter, LongConverter, FloatConverter, DoubleConverter.
std::unique_ptr<Converter> make_number_converter(data::Kind kind);
// org.apache.kafka.connect.storage.StringConverter. bad_config: an encoding that is not built in.
Result<std::unique_ptr<Converter>> make_string_converter(const std::string& encoding);
// org.apache.kafka.connect.storage.SimpleHeaderConverter.
std::unique_ptr<Converter> make_simple_header_converter();

}  // namespace millrace::convert
