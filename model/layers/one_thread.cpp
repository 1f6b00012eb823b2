#include "model/layers/one_thread.h"

#include <ATen/Parallel.h>

namespace tessera::model {

OneThread::OneThread() : before_(at::get_num_threads()) {
  if (before_ > 1) at::set_num_threads(1);
}

OneThread::~OneThread() {
  if (before_ > 1) at::set_num_threads(before_);
}

}  // namespace tessera::model
