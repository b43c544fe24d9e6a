// Runs each request as if it were alone, except for what the store keeps.
#include "cmd/worker/worker.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <exception>
#include <optional>
#include <string>
#include <utility>

#include "cmd/options/session.h"
#include "cmd/report/exit_code.h"
#include "cmd/report/messages.h"
#include "cmd/worker/captured_output.h"
#include "cmd/worker/request_queue.h"
#include "cmd/worker/worker_store.h"
#include "layer/base/error.h"
#include "layer/disk/file_handle.h"

namespace cmd {
namespace {

// Keeps a standard descriptor for the protocol, and puts `other` in its place for all who know no
// better.
layer::FileHandle take_over(int descriptor, int other) {
  layer::FileHandle kept = layer::duplicate(descriptor, "a standard stream");
  if (dup2(other, descriptor) < 0) {
    throw layer::system_error("a standard stream", "cannot replace", errno);
  }
  return kept;
}

// Where the relative paths of requests begin.
class Directory {
 public:
  Directory() : own_(layer::open_or_throw(".", O_PATH | O_DIRECTORY)) {}

  // The worker's own directory if `sandbox` is empty, else that below it.
  void enter(const std::string& sandbox) const {
    if (fchdir(own_.get()) != 0) throw layer::system_error(".", "cannot return to it", errno);
    if (!sandbox.empty() && chdir(sandbox.c_str()) != 0) {
      throw layer::system_error(sandbox, "cannot enter", errno);
    }
  }

 private:
  layer::FileHandle own_;
};

WorkResponse run_request(RunCommandLine run, WorkRequest request, const Directory& directory,
                         Session session) {
  WorkResponse response;
  response.id = request.id;
  const CapturedOutput output;
  try {
    directory.enter(request.sandbox);
    session.inputs = std::move(request.inputs);
    response.exit_code = run(request.arguments, &session);
    response.output = output.text();
  } catch (const layer::Error& error) {
    response.exit_code = kFailed;
    response.output = error.what();
  }
  return response;
}

// What requests leave for each other, if there is a place for it.
class Keeping {
 public:
  // Tells the session where. Without a store every request makes all anew, which is slower and no
  // fault.
  void prepare(Session& session) {
    if (has_failed_) {
      session.store.clear();
      return;
    }
    try {
      if (store_) {
        store_->rejoin();
      } else {
        store_.emplace();
      }
      session.has_full_store = &has_failed_;
      session.store_size = store_->max_size();
      session.store = store_->directory();
    } catch (const layer::Error& error) {
      has_failed_ = true;
      session.store.clear();
      layer::Diagnostic warning = error.diagnostics().front();
      warning.message += "; this worker keeps nothing between requests";
      print_to(stderr, warning.to_string("warning"));
    }
  }

 private:
  std::optional<WorkerStore> store_;
  bool has_failed_ = false;
};

void serve(RunCommandLine run) {
  const layer::FileHandle nothing = layer::open_or_throw("/dev/null", O_RDONLY);
  layer::FileHandle input = take_over(STDIN_FILENO, nothing.get());
  layer::FileHandle output = take_over(STDOUT_FILENO, STDERR_FILENO);
  const Directory directory;
  Session session;
  Keeping keeping;
  RequestQueue queue(std::move(input), std::move(output));
  session.is_cancelled = &queue.is_cancelled();
  while (std::optional<WorkRequest> request = queue.next()) {
    keeping.prepare(session);
    queue.answer(run_request(run, std::move(*request), directory, session));
  }
}

}  // namespace

int run_worker(RunCommandLine run) {
  try {
    serve(run);
    return 0;
  } catch (const std::exception& error) {
    print_error(error);
    return kFailed;
  }
}

}  // namespace cmd
