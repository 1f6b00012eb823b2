#pragma once

#include "configs/job_config.h"

namespace tessera::coordinator {

/// The demo cascade: 256, 512, 1024 in 20 steps.
inline configs::JobConfig sample_job() {
  configs::JobConfig job;
  job.name = "demo";
  job.prompts = {{.text = "a lighthouse"}};
  job.cascade.resolutions = {{256, 256}, {512, 512}, {1024, 1024}};
  job.sampling.steps = 20;
  job.model.path = "some/where/model";
  return job;
}

}  // namespace tessera::coordinator
