// io.aiven.kafka.connect.transforms.Hash: a text is replaced by the digits of its hash.
#include <openssl/evp.h>

#include <algorithm>

#include "transform/keys.h"
#include "transform/other_registry.h"

namespace millrace::transform {
namespace {

const config::ConfigDef& definition() {
  static const config::ConfigDef def = [] {
    config::ConfigDef d;
    d.define(text_key("field.name", config::Importance::kHigh,
                      "The field whose text is hashed; empty: the whole key or value."));
    d.define(default_key("skip.missing.or.null", config::Type::kBoolean, "false",
                         config::Importance::kLow,
                         "Whether a record without the text passes as it is."));
    config::ConfigKey function =
        required_key("function", config::Type::kString, config::Importance::kHigh,
                     "The hash function: md5, sha1 or sha256.");
    function.validator = config::one_of({"md5", "sha1", "sha256"});
    function.valid_values = "[md5, sha1, sha256]";
    d.define(function);
    return d;
  }();
  return def;
}

class Hash : public SideTransform {
 public:
  Hash(Side side, const config::Config& config)
      : SideTransform(side),
        place_(side.key ? "key" : "value"),
        field_(config.nullable_text("field.name").value_or("")),
        skip_(config.boolean("skip.missing.or.null")),
        function_(config.text("function") == "md5"    ? EVP_md5()
                  : config.text("function") == "sha1" ? EVP_sha1()
                                                      : EVP_sha256()) {}

 private:
  Result<void> change(const Work& work, Datum& datum) override {
    Result<void> done = datum.schema == nullptr ? data_failure(place_ + " schema can't be null")
                        : field_.empty()        ? change_text(work, datum)
                                                : change_field(work, datum);
    if (!done) return fail(of_record(std::move(done).error(), work.view, work.record));
    return done;
  }

  Result<void> missing(std::string what) const {
    if (skip_) return {};
    return data_failure(std::move(what));
  }
  Result<void> hash(const Work& work, Cell& text) const {
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned int size = 0;
    if (EVP_Digest(text.as.bytes, text.length, digest, &size, function_, nullptr) != 1) {
      return fail(ErrorKind::fatal,
                  "The hash function of " + place_ + " is not available in this OpenSSL");
    }
    char* digits = work.arena().allocate_array<char>(2 * size);
    for (unsigned int i = 0; i < size; ++i) {
      digits[2 * i] = "0123456789abcdef"[digest[i] >> 4];
      digits[2 * i + 1] = "0123456789abcdef"[digest[i] & 15];
    }
    text = data::string_cell({digits, 2 * size});
    return {};
  }

  Result<void> change_text(const Work& work, Datum& datum) const {
    if (datum.schema->type() != Kind::kString)
      return data_failure(place_ + " schema type must be STRING if field name is not specified");
    if (data::is_null(datum.value)) return missing(place_ + " can't be null");
    return hash(work, datum.value);
  }
  Result<void> change_field(const Work& work, Datum& datum) const {
    if (datum.schema->type() != Kind::kStruct)
      return data_failure(place_ + " schema type must be STRUCT if field name is specified");
    if (data::is_null(datum.value))
      return data_failure(place_ + " can't be null if field name is specified");
    const int32_t index = datum.schema->find(field_);
    if (index < 0) return missing(field_ + " in " + place_ + " schema can't be missing");
    const auto at = static_cast<uint32_t>(index);
    if (datum.schema->fields()[at].schema->type() != Kind::kString)
      return data_failure(field_ + " schema type in " + place_ + " must be STRING");
    Cell text = field_value(*datum.schema, datum.value, at, true);
    if (data::is_null(text)) return missing(field_ + " in " + place_ + " can't be null");
    if (auto done = hash(work, text); !done) return done;
    Cell* row = work.arena().allocate_array<Cell>(datum.value.length);
    std::copy(datum.value.as.cells, datum.value.as.cells + datum.value.length, row);
    row[at] = text;
    datum.value = data::nested_cell(Kind::kStruct, row, datum.value.length);
    return {};
  }

  const std::string place_, field_;
  const bool skip_;
  const EVP_MD* const function_;
};

}  // namespace

void add_aiven_hash(std::vector<TransformClass>& classes) {
  add_other_sides<Hash>(classes, "io.aiven.kafka.connect.transforms.Hash", definition());
}

}  // namespace millrace::transform
