// Assigns large packages first, then fills buckets by hash or by a lock.
#include "layer/plan/package_layers.h"

#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <numeric>
#include <set>
#include <tuple>
#include <utility>

#include "layer/base/error.h"
#include "layer/base/hash64.h"
#include "layer/base/utf8.h"
#include "layer/model/layer_name.h"

namespace layer {
namespace {

constexpr size_t kMostBuckets = 16;
// Below this, the layers saved are worth more than the bytes.
constexpr uint64_t kOneBucketSize = uint64_t{4} << 20;

// Rendezvous hashing: each package goes to the bucket whose number, hashed with its name, is
// highest, so that one bucket more takes packages from the others but moves none between them.
unsigned bucket_by_hash(std::string_view package, unsigned buckets) {
  unsigned best = 0;
  uint64_t best_score = 0;
  for (unsigned bucket = 0; bucket < buckets; ++bucket) {
    const uint64_t score = hash64(fmt::format("{}#{}", package, bucket));
    if (bucket == 0 || score > best_score) {
      best = bucket;
      best_score = score;
    }
  }
  return best + 1;
}

class Assignment {
 public:
  Assignment(const std::vector<Package>& packages, const PackageLayerOptions& options)
      : packages_(packages), options_(options), layer_(packages.size()) {}

  PackageLayers by_hash();
  PackageLayers by_lock(LayerLock lock);

 private:
  unsigned wanted_buckets() const;
  std::vector<uint32_t> largest_first() const;
  void give_own_layer(uint32_t package);
  void place(uint32_t package, const std::string& layer);
  std::string layer_for_new(uint32_t package);
  void check_room() const;
  std::string reason(const std::vector<uint32_t>& members, bool is_bucket) const;
  PackageLayers collect() const;

  const std::vector<Package>& packages_;
  const PackageLayerOptions& options_;
  std::vector<std::string> layer_;      // of each package, by name
  std::set<std::string> own_;           // layers that are no buckets
  std::vector<uint64_t> bucket_bytes_;  // with a lock
};

unsigned Assignment::wanted_buckets() const {
  return static_cast<unsigned>(std::clamp<size_t>(options_.room / 3, 1, kMostBuckets));
}

// Nothing but size and name decides, whatever order the packages come in.
std::vector<uint32_t> Assignment::largest_first() const {
  std::vector<uint32_t> order(packages_.size());
  std::iota(order.begin(), order.end(), 0U);
  std::sort(order.begin(), order.end(), [this](uint32_t a, uint32_t b) {
    return std::tie(packages_[b].stored, packages_[a].name, packages_[a].repository) <
           std::tie(packages_[a].stored, packages_[b].name, packages_[b].repository);
  });
  return order;
}

void Assignment::place(uint32_t package, const std::string& layer) {
  layer_[package] = layer;
  const unsigned bucket = bucket_number(layer);
  if (bucket == 0) {
    own_.insert(layer);
  } else if (bucket <= bucket_bytes_.size()) {
    bucket_bytes_[bucket - 1] += packages_[package].stored;
  }
}

void Assignment::give_own_layer(uint32_t package) {
  const std::string& name = packages_[package].name;
  const bool taken = name == kInterpreterLayer || name == kAppLayer ||
                     !layer_name_fault(name).empty() || own_.count(name) != 0;
  place(package, taken ? with_escaped_bytes(packages_[package].repository) : name);
}

std::string Assignment::reason(const std::vector<uint32_t>& members, bool is_bucket) const {
  const bool locked = options_.lock != nullptr;
  if (is_bucket || members.size() > 1) {
    return fmt::format("{} {}package{}, {}", members.size(), locked ? "" : "small ",
                       members.size() == 1 ? "" : "s",
                       locked ? "where the layer lock keeps them" : "by the hash of their names");
  }
  return fmt::format("{}: {}", packages_[members.front()].repository,
                     locked ? "where the layer lock keeps it" : "a large package");
}

PackageLayers Assignment::collect() const {
  using Key = std::tuple<unsigned, std::string_view>;  // bucket number, 0 of an own layer; name
  std::map<Key, std::vector<uint32_t>> own;
  std::map<Key, std::vector<uint32_t>> buckets;
  for (uint32_t i = 0; i < packages_.size(); ++i) {
    const unsigned bucket = bucket_number(layer_[i]);
    (bucket == 0 ? own : buckets)[{bucket, layer_[i]}].push_back(i);
  }
  PackageLayers result;
  result.layer_of.resize(packages_.size());
  for (const auto* group : {&own, &buckets}) {
    for (const auto& [key, members] : *group) {
      for (const uint32_t i : members) {
        result.layer_of[i] = static_cast<uint32_t>(result.layers.size());
      }
      result.layers.push_back({std::string(std::get<1>(key)), reason(members, group == &buckets)});
    }
  }
  return result;
}

PackageLayers Assignment::by_hash() {
  const size_t own_room = options_.room - wanted_buckets();
  std::vector<uint32_t> small;
  std::vector<uint32_t> large;
  uint64_t small_bytes = 0;
  for (const uint32_t i : largest_first()) {
    if (packages_[i].stored >= options_.own_layer_size && large.size() < own_room) {
      large.push_back(i);
    } else {
      small.push_back(i);
      small_bytes += packages_[i].stored;
    }
  }
  // Of two packages with one name the first in order of repositories has it, whatever their sizes.
  std::sort(large.begin(), large.end(), [this](uint32_t a, uint32_t b) {
    return packages_[a].repository < packages_[b].repository;
  });
  for (const uint32_t i : large) give_own_layer(i);
  const unsigned buckets = small_bytes < kOneBucketSize ? 1 : wanted_buckets();
  for (const uint32_t i : small) {
    place(i, buckets == 1 ? "packages"
                          : fmt::format("packages-{}", bucket_by_hash(packages_[i].name, buckets)));
  }
  return collect();
}

// Of a package that the lock does not have.
std::string Assignment::layer_for_new(uint32_t package) {
  if (packages_[package].stored >= options_.own_layer_size &&
      own_.size() + bucket_bytes_.size() < options_.room) {
    give_own_layer(package);
  } else {
    const auto least = std::min_element(bucket_bytes_.begin(), bucket_bytes_.end());
    place(package, fmt::format("packages-{}", least - bucket_bytes_.begin() + 1));
  }
  return layer_[package];
}

void Assignment::check_room() const {
  const std::set<std::string_view> layers(layer_.begin(), layer_.end());
  if (layers.size() <= options_.room) return;
  throw Error(
      fmt::format(
          "the layer lock asks for {} layers of packages, but --max-layers leaves room for {}",
          layers.size(), options_.room))
      .with_help(
          fmt::format("raise --max-layers by {}, or put packages of the lock into fewer layers",
                      layers.size() - options_.room));
}

PackageLayers Assignment::by_lock(LayerLock lock) {
  if (lock.buckets == 0) lock.buckets = wanted_buckets();
  bucket_bytes_.resize(lock.buckets);
  std::vector<uint32_t> unknown;
  for (const uint32_t i : largest_first()) {
    const auto known = lock.packages.find(packages_[i].name);
    if (known == lock.packages.end()) {
      unknown.push_back(i);
    } else {
      place(i, known->second);
    }
  }
  for (const uint32_t i : unknown) {
    // Two versions of a new package have one name, and so one place.
    const auto twin = lock.packages.find(packages_[i].name);
    if (twin == lock.packages.end()) {
      lock.packages.emplace(packages_[i].name, layer_for_new(i));
    } else {
      place(i, twin->second);
    }
  }
  check_room();
  PackageLayers result = collect();
  result.lock = std::move(lock);
  return result;
}

}  // namespace

PackageLayers assign_packages(const std::vector<Package>& packages,
                              const PackageLayerOptions& options) {
  Assignment assignment(packages, options);
  return options.lock == nullptr ? assignment.by_hash() : assignment.by_lock(*options.lock);
}

}  // namespace layer
