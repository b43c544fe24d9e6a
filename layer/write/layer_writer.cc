// Schedules the steps of all layers' frames over the cores.
#include "layer/write/layer_writer.h"

#include <oneapi/tbb/enumerable_thread_specific.h>
#include <oneapi/tbb/parallel_for.h>

#include <algorithm>
#include <condition_variable>
#include <exception>
#include <memory>
#include <mutex>
#include <optional>
#include <stdexcept>

#include "layer/base/threads.h"
#include "layer/write/codec.h"
#include "layer/write/layer_chain.h"
#include "layer/write/slots.h"

namespace layer {
namespace {

// Frames under way for each job: enough that one thread with a slow frame does not stop the others,
// whose frames must wait until they may be written.
constexpr size_t kSlotsPerJob = 2;
// Layers that may be begun and not delivered yet, for each job.
constexpr size_t kOpenLayersPerJob = 4;
// Frames of a layer that wait for its hash, while another layer has frames to take.
constexpr size_t kMostPacked = 2;

// Each worker does whatever step is next until there is none. What is nearest to its end goes
// first, so that memory is free again soon. Frames are taken from several layers at a time, because
// the tar and the blob of one layer are hashed by one core each.
class LayerWriter {
 public:
  LayerWriter(const std::vector<LayerPlan>& plans, Compression compression, unsigned jobs,
              LayerSink& sink, Progress& progress, Store* store);

  std::vector<WrittenLayer> run();

 private:
  enum class Action : uint8_t { kDeliver, kWrite, kHash, kPack };
  struct Step {
    Action action;
    size_t layer;
    Slot* slot = nullptr;
  };

  void make_slots();
  void work();
  // With the lock:
  std::optional<Step> begin_step();
  std::optional<Step> find_step();
  std::optional<Step> take_frame();
  void choose_ahead(Slot& slot);
  std::optional<size_t> choose_layer(size_t (LayerChain::*frames_left)() const) const;
  void end_step(const Step& step);
  void fail(size_t layer, std::exception_ptr failure);
  void drop(LayerChain& chain);
  bool is_over() const { return running_ == 0 && delivered_ == end_; }
  // Without it:
  void run_step(const Step& step);

  const unsigned jobs_;
  WriteContext context_;
  std::vector<std::unique_ptr<LayerChain>> chains_;
  tbb::enumerable_thread_specific<FrameCompressor> compressors_;
  SlotPool slots_;
  std::vector<WrittenLayer> layers_;

  std::mutex mutex_;  // guards the members below, and those of chains that say so
  std::condition_variable changed_;
  size_t delivered_ = 0;  // layers
  size_t end_ = 0;        // the first layer that is not to be written: all are, or one failed
  size_t running_ = 0;    // steps
  bool is_delivering_ = false;
};

LayerWriter::LayerWriter(const std::vector<LayerPlan>& plans, Compression compression,
                         unsigned jobs, LayerSink& sink, Progress& progress, Store* store)
    : jobs_(std::max(jobs, 1U)),
      context_{compression, sink, progress},
      chains_(plans.size()),
      compressors_([compression] { return FrameCompressor(compression); }),
      end_(plans.size()) {
  if (store != nullptr) context_.reuse.emplace(*store, compression);
  Threads(jobs_).execute([&] {
    tbb::parallel_for(size_t{0}, plans.size(), [&](size_t i) {
      chains_[i] = std::make_unique<LayerChain>(plans[i], context_);
      progress.tar_bytes_total += chains_[i]->work().tar_size;
    });
  });
  layers_.reserve(plans.size());
  make_slots();
}

void LayerWriter::make_slots() {
  uint64_t largest = 0;
  size_t count = 0;
  for (const std::unique_ptr<LayerChain>& chain : chains_) {
    for (const Frame& frame : chain->work().frames) largest = std::max(largest, frame.tar_size);
    count += chain->work().frames.size();
  }
  size_t packed = FrameCompressor(context_.compression).bound(largest);
  // What a store has needs room even where nothing is compressed.
  if (context_.reuse) packed = std::max<size_t>(packed, largest);
  context_.packed_capacity = packed;
  slots_.make(std::min(count, kSlotsPerJob * jobs_), largest, packed);
  for (const std::unique_ptr<LayerChain>& chain : chains_) {
    chain->to_hash.reserve(slots_.size());
    chain->to_write.reserve(slots_.size());
  }
}

std::optional<size_t> LayerWriter::choose_layer(size_t (LayerChain::*frames_left)() const) const {
  // Layers that wait to be delivered keep their files open, so not all may be begun.
  const bool side_by_side = context_.has_file_for_each();
  const size_t open = side_by_side ? kOpenLayersPerJob * jobs_ : end_;
  std::optional<size_t> best;
  for (size_t i = delivered_; i < std::min(end_, delivered_ + open); ++i) {
    const LayerChain& chain = *chains_[i];
    if ((chain.*frames_left)() == 0) continue;
    if (!side_by_side) return i;
    // The one that will take longest, unless its hash falls behind. Else cores would wait for it.
    const auto rank = [frames_left](const LayerChain& of) {
      return std::pair(of.packed() > kMostPacked, SIZE_MAX - (of.*frames_left)());
    };
    if (!best || rank(chain) < rank(*chains_[*best])) best = i;
  }
  return best;
}

std::optional<LayerWriter::Step> LayerWriter::take_frame() {
  if (!slots_.has_free()) return std::nullopt;
  const std::optional<size_t> layer = choose_layer(&LayerChain::frames_left);
  if (!layer) return std::nullopt;
  Slot& slot = slots_.take();
  chains_[*layer]->take(slot);
  chains_[*layer]->to_hash.push_back(&slot);
  if (context_.reads_disk) choose_ahead(slot);
  return Step{Action::kPack, *layer, &slot};
}

// At most one frame a job, so that little of the system's memory is taken.
void LayerWriter::choose_ahead(Slot& slot) {
  size_t ahead = 0;
  for (const std::unique_ptr<LayerChain>& chain : chains_) ahead += chain->frames_ahead();
  if (ahead >= jobs_) return;
  const std::optional<size_t> layer = choose_layer(&LayerChain::frames_not_ahead);
  if (layer) chains_[*layer]->take_ahead(slot);
}

std::optional<LayerWriter::Step> LayerWriter::find_step() {
  if (!is_delivering_ && delivered_ < end_ && chains_[delivered_]->is_written()) {
    is_delivering_ = true;
    return Step{Action::kDeliver, delivered_};
  }
  for (size_t i = delivered_; i < end_; ++i) {
    LayerChain& chain = *chains_[i];
    if (chain.is_writing || chain.to_write.empty()) continue;
    if (i > delivered_ && !context_.has_file_for_each()) break;
    chain.is_writing = true;
    return Step{Action::kWrite, i, chain.to_write.front()};
  }
  for (size_t i = delivered_; i < end_; ++i) {
    LayerChain& chain = *chains_[i];
    if (chain.is_hashing || chain.to_hash.empty() || !chain.to_hash.front()->is_packed) continue;
    chain.is_hashing = true;
    return Step{Action::kHash, i, chain.to_hash.front()};
  }
  return take_frame();
}

std::optional<LayerWriter::Step> LayerWriter::begin_step() {
  const std::atomic<bool>* cancelled = context_.progress.is_cancelled;
  if (cancelled != nullptr && *cancelled && delivered_ < end_) {
    fail(delivered_, std::make_exception_ptr(Error("cancelled")));
  }
  const std::optional<Step> step = find_step();
  if (!step) return step;
  ++running_;
  if (step->slot != nullptr) step->slot->is_in_step = true;
  return step;
}

void LayerWriter::end_step(const Step& step) {
  LayerChain& chain = *chains_[step.layer];
  --running_;
  if (step.slot != nullptr) step.slot->is_in_step = false;
  switch (step.action) {
    case Action::kDeliver:
      is_delivering_ = false;
      if (step.layer < end_) ++delivered_;
      break;
    case Action::kWrite:
      chain.is_writing = false;
      chain.to_write.erase(chain.to_write.begin());
      slots_.give_back(*step.slot);
      break;
    case Action::kHash:
      chain.is_hashing = false;
      chain.to_hash.erase(chain.to_hash.begin());
      chain.to_write.push_back(step.slot);
      break;
    case Action::kPack:
      step.slot->is_packed = true;
      break;
  }
  if (step.layer >= end_) drop(chain);
}

// Lets the layers before this one go on, because a fault in one of them is the one to report.
void LayerWriter::fail(size_t layer, std::exception_ptr failure) {
  if (layer >= end_) return;
  chains_[layer]->failure = std::move(failure);
  end_ = layer;
  for (size_t i = end_; i < chains_.size(); ++i) drop(*chains_[i]);
}

// Gives back the frames of a layer that is not to be written, but for those in a step.
void LayerWriter::drop(LayerChain& chain) {
  for (std::vector<Slot*>* frames : {&chain.to_hash, &chain.to_write}) {
    std::erase_if(*frames, [this](Slot* slot) {
      if (slot->is_in_step) return false;
      slots_.give_back(*slot);
      return true;
    });
  }
}

void LayerWriter::run_step(const Step& step) {
  LayerChain& chain = *chains_[step.layer];
  switch (step.action) {
    case Action::kDeliver:
      layers_.push_back(chain.deliver());
      break;
    case Action::kWrite:
      chain.write_blob(*step.slot);
      break;
    case Action::kHash:
      chain.hash_tar(*step.slot);
      break;
    case Action::kPack:
      chain.pack(*step.slot, compressors_.local());
      break;
  }
}

void LayerWriter::work() {
  std::unique_lock lock(mutex_);
  while (!is_over()) {
    const std::optional<Step> step = begin_step();
    if (!step) {
      if (!is_over()) changed_.wait(lock);
      continue;
    }
    lock.unlock();
    std::exception_ptr failure;
    try {
      run_step(*step);
    } catch (...) {
      failure = std::current_exception();
    }
    lock.lock();
    if (failure) fail(step->layer, std::move(failure));
    end_step(*step);
    changed_.notify_all();
  }
  changed_.notify_all();
}

std::vector<WrittenLayer> LayerWriter::run() {
  Threads(jobs_).execute([this] {
    tbb::parallel_for(
        0U, jobs_, [this](unsigned) { work(); }, tbb::simple_partitioner{});
  });
  if (end_ < chains_.size()) std::rethrow_exception(chains_[end_]->failure);
  return std::move(layers_);
}

}  // namespace

OutputFile LayerSink::create() {
  throw std::logic_error("the layers have no file each");
}

void LayerSink::take(const WrittenLayer& /*layer*/, OutputFile /*file*/) {
  throw std::logic_error("the layers have no file each");
}

std::vector<WrittenLayer> write_layers(const std::vector<LayerPlan>& plans, Compression compression,
                                       unsigned jobs, LayerSink& sink, Progress& progress,
                                       Store* store) {
  if (plans.empty()) return {};
  check_sizes(plans);
  return LayerWriter(plans, compression, jobs, sink, progress, store).run();
}

}  // namespace layer
