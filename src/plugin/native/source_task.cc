#include "plugin/native/builder.h"
#include "plugin/native/config.h"
#include "plugin/native/instance.h"
#include "plugin/native/instances.h"
#include "plugin/native/lent_batch.h"

namespace millrace::plugin::native {
namespace {

class NativeSourceTask : public SourceTask {
 public:
  NativeSourceTask(TablesRef tables, std::shared_ptr<const ContextTarget> target)
      : tables_(std::move(tables)),
        table_(tables_->source),
        instance_(tables_->class_name, target, table_.destroy) {
    builder_.allow_transactions(target->common->defines_transactions());
  }

  Result<void> create() { return instance_.create(table_.create); }

  Result<void> start(const config::Properties& properties) override {
    millrace_config config(properties);
    return instance_.call("start", [&](millrace_error* error) {
      return table_.start(instance_.self(), &config, error);
    });
  }

  Result<std::shared_ptr<data::Batch>> poll(std::chrono::milliseconds timeout) override {
    Result<void> done = instance_.call("poll", [&](millrace_error* error) {
      return table_.poll(instance_.self(), &builder_, timeout.count(), error);
    });
    std::shared_ptr<data::Batch> batch = builder_.finish();
    if (!done) return fail(std::move(done).error());
    return batch;
  }

  std::vector<TransactionMark> take_transaction_marks() override {
    return builder_.take_transaction_marks();
  }

  bool wants_acknowledgements() const override { return table_.acknowledged != nullptr; }

  Result<void> acknowledged(std::span<const Acknowledgement> given) override {
    if (table_.acknowledged == nullptr || given.empty()) return {};
    std::vector<LentBatchRef> batches;
    std::vector<millrace_acknowledgement> acknowledgements;
    acknowledgements.reserve(given.size());
    for (const Acknowledgement& one : given) {
      // Acknowledgements of one batch mostly follow each other.
      if (batches.empty() || batches.back()->owner() != one.batch)
        batches.emplace_back(LentBatch::make(one.batch, one.batch->original));
      acknowledgements.push_back(
          {batches.back().get(), one.record, one.sent ? one.partition : MILLRACE_NONE,
           one.sent ? one.offset : MILLRACE_NONE, one.timestamp, text(one.topic)});
    }
    return instance_.call("acknowledged", [&](millrace_error* error) {
      return table_.acknowledged(instance_.self(), acknowledgements.data(), acknowledgements.size(),
                                 sizeof(millrace_acknowledgement), error);
    });
  }

  Result<void> commit() override {
    if (table_.commit == nullptr) return {};
    return instance_.call(
        "commit", [&](millrace_error* error) { return table_.commit(instance_.self(), error); });
  }

  void cancel() override { instance_.call_void("cancel", table_.cancel); }
  void stop() override { instance_.call_void("stop", table_.stop); }

 private:
  TablesRef tables_;
  const millrace_source_task& table_;
  millrace_builder builder_;
  Instance instance_;
};

}  // namespace

Result<std::unique_ptr<SourceTask>> make_native_source_task(
    TablesRef tables, std::shared_ptr<SourceTaskContext> context) {
  auto target = std::make_shared<const ContextTarget>(
      ContextTarget{context, nullptr, nullptr, Logger(tables->class_name, context->log_context()),
                    tables->class_name});
  auto task = std::make_unique<NativeSourceTask>(std::move(tables), std::move(target));
  Result<void> created = task->create();
  if (!created) return fail(std::move(created).error());
  return task;
}

}  // namespace millrace::plugin::native
