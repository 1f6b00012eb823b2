#include "coordinator/file_thread.h"

#include <utility>

namespace tessera::coordinator {

FileThread::FileThread(std::function<void()> work, std::chrono::milliseconds farewell)
    : farewell_(farewell) {
  std::packaged_task<void()> task(std::move(work));
  done_ = task.get_future();
  thread_ = std::thread(std::move(task));
}

FileThread::~FileThread() {
  if (done_.wait_for(farewell_) == std::future_status::ready) {
    thread_.join();
  } else {
    thread_.detach();
  }
}

}  // namespace tessera::coordinator
