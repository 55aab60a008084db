#include "runtime/java_classes.h"

#include <gtest/gtest.h>

namespace millrace::runtime {
namespace {

TEST(JavaClasses, AWrongClassIsToldFromOneThatIsNotThere) {
  EXPECT_EQ(find_java_class("HasHeaderKey"),
            "org.apache.kafka.connect.transforms.predicates.HasHeaderKey");
  EXPECT_FALSE(find_java_class("no.Such"));
  EXPECT_FALSE(subclass_problem("Converter", "JsonConverter"));
  EXPECT_EQ(subclass_problem("Transformation", "java.lang.String"),
            "Class class java.lang.String does not implement the Transformation interface");
  EXPECT_EQ(subclass_problem("Predicate", "org.apache.kafka.connect.storage.Converter"),
            "Class interface org.apache.kafka.connect.storage.Converter does not implement the "
            "Predicate interface");
  EXPECT_EQ(subclass_problem("Converter", "org.apache.kafka.connect.storage.Converter"),
            "This class is abstract and cannot be created.");
}

}  // namespace
}  // namespace millrace::runtime
