#pragma once
// Transform: org.apache.kafka.connect.transforms.Transformation over a whole batch; Predicate:
// which records a transform concerns.
//
// `apply` reads one view and leaves another in its place: new columns from the batch's arena where
// it changes something, the old ones where it does not, and a shorter selection where it drops
// records. It works on the selected records only and must not touch what it did not make: the
// batch's original view and the raw columns stay as they are. A record that cannot be transformed
// is noted in `failures` and stays in the selection; the pipeline decides.
//
// What depends on a schema is decided once per schema and kept. An instance belongs to one task and
// one thread.

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "config/config_def.h"
#include "data/batch.h"

namespace millrace::transform {

class Transform {
 public:
  virtual ~Transform() = default;
  virtual void apply(data::Batch& batch, data::Records& view, data::Failures& failures) = 0;
};

// In the order of `transforms=`.
using Transforms = std::vector<std::unique_ptr<Transform>>;

class Predicate {
 public:
  virtual ~Predicate() = default;
  // A predicate that cannot be evaluated fails the record, as an exception does in Java.
  virtual Result<bool> test(const data::Records& view, uint32_t record) = 0;
};

// `inner` for the records for which the predicate holds (or, negated, does not hold); the others
// pass around it.
std::unique_ptr<Transform> apply_where(std::unique_ptr<Predicate> predicate, bool negate,
                                       std::unique_ptr<Transform> inner,
                                       std::string transform_class);

// One class of transform or predicate, under its Java class name ("...InsertField$Value").
struct TransformClass {
  std::string class_name;
  const config::ConfigDef* config_def;
  std::function<Result<std::unique_ptr<Transform>>(const config::Config&)> make;
};
struct PredicateClass {
  std::string class_name;
  const config::ConfigDef* config_def;
  std::function<Result<std::unique_ptr<Predicate>>(const config::Config&)> make;
};
std::span<const TransformClass> transform_classes();  // sorted by name
std::span<const PredicateClass> predicate_classes();

// The Apache Kafka release whose classes these are.
inline constexpr std::string_view kClassesVersion = "4.3.1";

// Of these and of other packages' (docs/decisions/other-transforms.md). By full class name or,
// where it is not ambiguous, by alias (`Filter`, `RegexRouter`). Null: unknown.
const TransformClass* find_transform(std::string_view class_or_alias);
const PredicateClass* find_predicate(std::string_view class_or_alias);
// `...InsertField` exists, but only its Key and Value variants can be used: Java's message. Nothing
// for other names.
std::optional<std::string> abstract_transform_problem(std::string_view class_name);

// The chain that a connector's configuration asks for: transforms, transforms.A.*, predicates,
// predicates.P.*, A.predicate, A.negate. Errors carry Java's messages.
enum class Chaining : uint8_t {
  kComposed,  // transforms of one side that follow each other become one: fewer than were named
  kOneByOne,  // one for each name, for who watches them
};
Result<Transforms> make_transforms(const config::Properties& connector_config,
                                   Chaining chaining = Chaining::kComposed);

}  // namespace millrace::transform
