// Finds which layers there are, reads the largest first, and lets images share what was read.
#include "oci/inspect/gather_facts.h"

#include <tbb/blocked_range.h>
#include <tbb/parallel_for.h>

#include <algorithm>
#include <exception>
#include <map>
#include <numeric>
#include <optional>
#include <string>
#include <utility>

#include "layer/base/threads.h"
#include "oci/inspect/facts_memo.h"

namespace oci {
namespace {

// One layer that has to be found out about.
struct LayerTask {
  const ImageLayer* layer;
  FactsBudget* budget;
  std::optional<layer::Digest> key;  // in the store
  bool is_known = false;             // by the store
  FactsPointer facts;
  std::exception_ptr fault;
};

// Two layers with the same identity have the same facts.
std::string identity_of(const ImageLayer& layer) {
  if (layer.has_digest) return layer.descriptor.digest.hex() + layer.diff_id.digest.hex();
  return layer.blob.name() + ' ' + layer.diff_id.digest.hex();
}

void run_task(LayerTask& task, layer::Store* store) {
  try {
    // A blob of another size is told by what reads it.
    if (task.key && task.layer->blob.size() == task.layer->descriptor.size) {
      if (std::optional<LayerFacts> known = recall_facts(*task.key, *store)) {
        task.facts = std::make_shared<const LayerFacts>(*std::move(known));
        task.is_known = true;
        return;
      }
    }
    task.facts = std::make_shared<const LayerFacts>(read_layer_facts(*task.layer, *task.budget));
  } catch (...) {
    task.fault = std::current_exception();
  }
}

// The largest layer first, so that no thread begins with it when the others are done.
std::vector<size_t> order_by_size(const std::vector<LayerTask>& tasks) {
  std::vector<size_t> order(tasks.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) {
    return tasks[a].layer->blob.size() > tasks[b].layer->blob.size();
  });
  return order;
}

void run_tasks(std::vector<LayerTask>& tasks, const GatherOptions& options) {
  const std::vector<size_t> order = order_by_size(tasks);
  layer::Threads(options.jobs).execute([&] {
    tbb::parallel_for(
        tbb::blocked_range<size_t>(0, order.size(), 1),
        [&](const tbb::blocked_range<size_t>& range) {
          for (size_t i = range.begin(); i != range.end(); ++i) {
            run_task(tasks[order[i]], options.store);
          }
        },
        tbb::simple_partitioner());
  });
  for (const LayerTask& task : tasks) {
    if (task.fault) std::rethrow_exception(task.fault);
  }
}

}  // namespace

std::vector<std::vector<FactsPointer>> gather_facts(std::span<const StoredImage> images,
                                                    const GatherOptions& options) {
  std::vector<std::unique_ptr<FactsBudget>> budgets;
  std::vector<LayerTask> tasks;
  std::map<std::string, size_t> known;
  std::vector<std::vector<size_t>> numbers;
  for (const StoredImage& image : images) {
    budgets.push_back(std::make_unique<FactsBudget>(options.limits, blobs_of(image.layers)));
    std::vector<size_t>& of_image = numbers.emplace_back();
    for (const ImageLayer& layer : image.layers) {
      const auto [place, is_new] = known.try_emplace(identity_of(layer), tasks.size());
      of_image.push_back(place->second);
      if (!is_new) continue;
      LayerTask& task = tasks.emplace_back(LayerTask{&layer, budgets.back().get(), {}, {}, {}, {}});
      if (options.store != nullptr) task.key = facts_key(layer, *options.store);
    }
  }
  run_tasks(tasks, options);
  for (const LayerTask& task : tasks) {
    if (task.key && !task.is_known) remember_facts(*task.key, *task.facts, *options.store);
  }
  std::vector<std::vector<FactsPointer>> result(numbers.size());
  for (size_t i = 0; i < numbers.size(); ++i) {
    for (const size_t number : numbers[i]) result[i].push_back(tasks[number].facts);
  }
  return result;
}

}  // namespace oci
