#pragma once
// A source's records as log lines name them: Java's LogReporter.Source and SourceRecord.toString.

#include <string>

#include "data/batch.h"
#include "pipeline/error_policy.h"

namespace millrace::pipeline {

// Borrows.
class SourceRecords : public OriginalRecords {
 public:
  explicit SourceRecords(const data::Records& records) : records_(records) {}
  std::string describe(uint32_t record) const override;
  std::string place(uint32_t record) const override;
  const data::Records* values() const override { return &records_; }

 private:
  const data::Records& records_;
};

}  // namespace millrace::pipeline
