#include "transform/field_path.h"

#include "transform/java_map.h"
#include "transform/side_transform.h"

namespace millrace::transform {
namespace {

constexpr std::string_view kPurpose = "nested field access";

Failure incomplete_pair(const std::string& path, size_t position) {
  return config_failure("Incomplete backtick pair in path: [" + path +
                        "], consider adding a backslash before backtick at position " +
                        std::to_string(position) + " to escape it");
}

// What Java makes of an empty path, which it does not refuse before.
Failure no_steps() {
  return fail(ErrorKind::bad_data, "fromIndex(0) > toIndex(-1)",
              "java.lang.IllegalArgumentException");
}

// A step in backticks that begins at path[start - 1]; leaves `next` behind it.
Result<std::string> quoted_step(const std::string& path, size_t& next) {
  const size_t opening = next++;
  std::string step;
  size_t start = next;
  for (;;) {
    next = path.find('`', next);
    if (next == std::string::npos) return incomplete_pair(path, opening);
    bool escaped = path[next - 1] == '\\';
    if (next + 1 >= path.size()) {
      if (escaped) return incomplete_pair(path, opening);
      step.append(path, start, next - start);
      ++next;
      return step;
    }
    if (path[next + 1] != '.') {  // part of the name
      ++next;
    } else if (escaped) {  // an escaped one: the backslash goes
      step.append(path, start, next - 1 - start).push_back('`');
      start = ++next;
    } else {
      step.append(path, start, next - start);
      next += 2;
      return step;
    }
  }
}

}  // namespace

Result<FieldPath> FieldPath::parse(const std::string& text, bool nested) {
  FieldPath path;
  if (!nested) {
    path.steps_.push_back(text);
    return path;
  }
  for (size_t next = 0; next < text.size();) {
    if (text[next] == '`') {
      Result<std::string> step = quoted_step(text, next);
      if (!step) return fail(std::move(step).error());
      path.steps_.push_back(std::move(*step));
      continue;
    }
    size_t dot = text.find('.', next);
    path.steps_.push_back(text.substr(next, dot == std::string::npos ? dot : dot - next));
    next = dot == std::string::npos ? text.size() : dot + 1;
  }
  if (!text.empty() && text.back() == '.') path.steps_.emplace_back();
  return path;
}

Result<const data::Schema*> FieldPath::schema_in(const data::Schema& schema) const {
  if (steps_.empty()) return no_steps();
  const data::Schema* current = &schema;
  for (const std::string& step : steps_) {
    if (current->type() != data::Kind::kStruct)
      return data_failure("Cannot look up fields on non-struct type");
    int32_t index = current->find(step);
    if (index < 0) return nullptr;
    current = current->fields()[static_cast<size_t>(index)].schema.get();
  }
  return current;
}

Result<data::Cell> FieldPath::value_in(const data::Schema& schema, const data::Cell& row,
                                       bool with_default) const {
  const data::Schema* current = &schema;
  data::Cell value = row;
  for (size_t i = 0; i < steps_.size(); ++i) {
    int32_t index = current->find(steps_[i]);
    if (index < 0) return data::null_cell();
    bool last = i + 1 == steps_.size();
    value = field_value(*current, value, static_cast<uint32_t>(index), with_default || !last);
    current = current->fields()[static_cast<size_t>(index)].schema.get();
    if (last || data::is_null(value)) return value;
    if (auto ok = require_struct(value, kPurpose); !ok) return fail(std::move(ok).error());
  }
  return value;
}

Result<data::Cell> FieldPath::value_in(const data::Cell& map) const {
  if (steps_.empty()) return no_steps();
  data::Cell value = map;
  for (size_t i = 0; i < steps_.size(); ++i) {
    const data::Cell* found = JavaMap::find(value, steps_[i]);
    value = found == nullptr ? data::null_cell() : *found;
    if (i + 1 == steps_.size() || data::is_null(value)) return value;
    if (auto ok = require_map(value, kPurpose); !ok) return fail(std::move(ok).error());
  }
  return value;
}

}  // namespace millrace::transform
