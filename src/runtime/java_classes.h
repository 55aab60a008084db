#pragma once
// Classes that a Java worker finds where a configuration names one, and what this build knows of
// them. A wrong one is told in Java's words: one that does not exist otherwise than one that is
// something else.

#include <optional>
#include <string>
#include <string_view>

namespace millrace::runtime {

// Full name of a class that is named by its full name or by a plug-in's alias. Nothing: not known.
std::optional<std::string> find_java_class(std::string_view class_or_alias);
// The same; what is not known stays as it is.
std::string full_class_name(std::string_view class_or_alias);

// Why a class that exists cannot be used where a `base` is wanted: "Converter", "HeaderConverter",
// "Transformation" or "Predicate". Nothing where it can. Java: Utils.ensureConcreteSubclass.
std::optional<std::string> subclass_problem(std::string_view base, std::string_view class_or_alias);

}  // namespace millrace::runtime
