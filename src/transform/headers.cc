// DropHeaders and InsertHeader. Headers are one array with a range per record: a change makes a new
// array.
#include <algorithm>

#include "convert/header_values.h"
#include "transform/header_columns.h"
#include "transform/keys.h"
#include "transform/registry.h"

namespace millrace::transform {
namespace {

const config::ConfigDef& drop_definition() {
  static const config::ConfigDef def = [] {
    config::ConfigDef d;
    config::ConfigKey headers =
        required_key("headers", config::Type::kList, config::Importance::kHigh,
                     "Names of the headers to take away.");
    headers.validator = list_without_duplicates(false);
    headers.drop_duplicates = true;
    d.define(headers);
    return d;
  }();
  return def;
}

const config::ConfigDef& insert_definition() {
  static const config::ConfigDef def = [] {
    config::ConfigDef d;
    for (auto [name, documentation] :
         {std::pair{"header", "Name of the header to add."},
          std::pair{"value.literal",
                    "Its value as text; its type is found as in a header of that text."}}) {
      config::ConfigKey key =
          required_key(name, config::Type::kString, config::Importance::kHigh, documentation);
      key.validator = [](std::string_view,
                         const config::Value& value) -> std::optional<config::Problem> {
        if (value.is_null()) return config::Problem{"entry must be non null", false};
        return std::nullopt;
      };
      key.valid_values = "non-null string";
      d.define(key);
    }
    return d;
  }();
  return def;
}

class DropHeaders : public Transform {
 public:
  explicit DropHeaders(std::vector<std::string> names) : names_(std::move(names)) {}
  void apply(data::Batch& batch, data::Records& view, data::Failures&) override {
    if (view.header_begin == nullptr) return;
    HeaderColumns columns(view);
    columns.rebuild(batch, view, [&](uint32_t record, std::vector<data::Header>& headers) {
      for (const data::Header& header : view.headers_of(record)) {
        std::string_view key(header.key.data, header.key.size);
        if (std::find(names_.begin(), names_.end(), key) == names_.end()) headers.push_back(header);
      }
    });
  }

 private:
  const std::vector<std::string> names_;
};

class InsertHeader : public Transform {
 public:
  InsertHeader(std::string name, std::string literal)
      : name_(std::move(name)), literal_(std::move(literal)) {
    std::optional<convert::HeaderValue> value = convert::parse_header_text(literal_, memory_);
    schema_ = value ? value->schema : data::primitive_schema(Kind::kString);
    value_ = value ? value->value : data::string_cell(literal_);
  }
  void apply(data::Batch& batch, data::Records& view, data::Failures&) override {
    if (schema_) batch.keep(schema_.get());
    data::Header added{};
    std::string_view key = batch.arena().copy(name_);
    added.key = {key.data(), key.size()};
    added.schema = schema_.get();
    added.value = data::copy(value_, batch.arena());
    HeaderColumns columns(view);
    columns.rebuild(batch, view, [&](uint32_t record, std::vector<data::Header>& headers) {
      auto before = view.headers_of(record);
      headers.insert(headers.end(), before.begin(), before.end());
      headers.push_back(added);
    });
  }

 private:
  const std::string name_, literal_;
  Arena memory_;
  SchemaRef schema_;
  Cell value_;
};

}  // namespace

void add_headers(Registry& registry) {
  registry.add("DropHeaders", drop_definition(),
               [](const config::Config& config) -> Result<std::unique_ptr<Transform>> {
                 return std::make_unique<DropHeaders>(config.list("headers"));
               });
  registry.add("InsertHeader", insert_definition(),
               [](const config::Config& config) -> Result<std::unique_ptr<Transform>> {
                 return std::make_unique<InsertHeader>(config.text("header"),
                                                       config.text("value.literal"));
               });
}

}  // namespace millrace::transform
