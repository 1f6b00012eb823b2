#pragma once

namespace tessera::model {

/// Torch uses one thread for what the calling thread starts, until the end of the scope.
class OneThread {
 public:
  OneThread();
  ~OneThread();
  OneThread(const OneThread&) = delete;
  OneThread& operator=(const OneThread&) = delete;

 private:
  int before_;
};

}  // namespace tessera::model
