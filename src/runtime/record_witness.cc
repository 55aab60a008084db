#include "runtime/record_witness.h"

namespace millrace::runtime {

class RecordWitness::WatchedConverter : public convert::Converter {
 public:
  WatchedConverter(RecordWitness& witness, data::Stage stage, pipeline::NamedConverter& watched)
      : witness_(witness),
        stage_(stage),
        class_name_(watched.class_name),
        inner_(std::move(watched.converter)) {}
  void to_connect(const convert::ToConnect& work) override {
    inner_->to_connect(work);
    note(work.failures);
  }
  void from_connect(const convert::FromConnect& work) override {
    inner_->from_connect(work);
    note(work.failures);
  }

 private:
  void note(const std::vector<convert::ConversionFailure>& failures) {
    if (!failures.empty()) witness_.note(stage_, failures.front().error, class_name_);
  }

  RecordWitness& witness_;
  const data::Stage stage_;
  const std::string class_name_;
  const std::unique_ptr<convert::Converter> inner_;
};

class RecordWitness::WatchedTransform : public transform::Transform {
 public:
  WatchedTransform(RecordWitness& witness, std::string name,
                   std::unique_ptr<transform::Transform> inner)
      : witness_(witness), name_(std::move(name)), inner_(std::move(inner)) {}
  void apply(data::Batch& batch, data::Records& view, data::Failures& failures) override {
    const size_t before = failures.size();
    inner_->apply(batch, view, failures);
    if (failures.size() > before) {
      const data::RecordFailure& first = failures[before];
      witness_.note(first.stage, first.error, first.stage_class);
      witness_.transform = name_;
    } else if (view.selected.empty()) {
      witness_.transform = name_;
    }
  }

 private:
  RecordWitness& witness_;
  const std::string name_;
  const std::unique_ptr<transform::Transform> inner_;
};

void RecordWitness::watch(PipelineParts& parts, const std::vector<std::string>& names) {
  auto watch_converter = [this](pipeline::NamedConverter& converter, data::Stage stage) {
    converter.converter = std::make_unique<WatchedConverter>(*this, stage, converter);
  };
  watch_converter(parts.converters.key, data::Stage::kKeyConverter);
  watch_converter(parts.converters.value, data::Stage::kValueConverter);
  watch_converter(parts.converters.header, data::Stage::kHeaderConverter);
  for (size_t i = 0; i < parts.transforms.size(); ++i)
    parts.transforms[i] = std::make_unique<WatchedTransform>(
        *this, i < names.size() ? names[i] : std::to_string(i), std::move(parts.transforms[i]));
}

void RecordWitness::begin() {
  failure.reset();
  transform.clear();
}

void RecordWitness::note(data::Stage stage, const Error& error, const std::string& stage_class) {
  if (!failure) failure = data::RecordFailure{0, stage, error, stage_class};
}

}  // namespace millrace::runtime
