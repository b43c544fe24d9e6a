// Opens the images, finds out about all of their layers together, and lays them.
#include "cmd/inspect/subject.h"

#include <algorithm>
#include <optional>
#include <thread>
#include <utility>

#include "cmd/options/check_with.h"
#include "cmd/options/limit_options.h"
#include "cmd/options/number_values.h"
#include "cmd/report/results.h"
#include "oci/inspect/gather_facts.h"
#include "oci/model/platform.h"
#include "oci/read/find_image.h"

namespace cmd {

void add_reading_options(CLI::App& command, ReadingOptions& options) {
  command
      .add_option(
          "--platform", options.platform,
          "Which image, if there are several: OS/ARCHITECTURE[/VARIANT] (default: the only one)")
      ->type_name("PLATFORM")
      ->check(check_with(oci::parse_platform));
  options.jobs = std::max(1U, std::thread::hardware_concurrency());
  command.add_option("-j,--jobs", options.jobs, "Number of threads (default: one per core)")
      ->transform(number_from_to(1, 1024))
      ->type_name("N");
  add_limit_options(command, options.limits);
  add_store_options(command, options.store);
}

void add_image_argument(CLI::App& command, const std::string& name, std::string& image) {
  command
      .add_option(name, image,
                  "An image: the folder of a layout or the file of an archive, or oci:DIR[:TAG], "
                  "oci-archive:FILE[:TAG] or docker-archive:FILE[:NAME:TAG]")
      ->required();
}

Subjects::Subjects(const std::vector<std::string>& images, const ReadingOptions& options) {
  const oci::ReadContext context{temporary_folder(), options.limits};
  std::optional<oci::Platform> platform;
  if (!options.platform.empty()) platform = oci::parse_platform(options.platform);
  for (const std::string& image : images) {
    images_.push_back(oci::find_image(image, platform, context, oci::DockerLayers::kUnread));
  }
  std::vector<std::vector<oci::FactsPointer>> layers;
  StoreOptions stored = options.store;
  run_with_store(stored, [&] {
    const std::unique_ptr<layer::Store> store = open_store(stored);
    layers = oci::gather_facts(images_, {options.limits, options.jobs, store.get()});
    commit_store(store.get(), stored);
  });
  for (size_t i = 0; i < images_.size(); ++i) {
    facts_.push_back(oci::lay_facts(images_[i], std::move(layers[i]), options.limits));
  }
}

}  // namespace cmd
