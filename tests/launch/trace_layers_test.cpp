#include "launch/trace_layers.h"

#include <gtest/gtest.h>

#include "launch/usage_error.h"

namespace tessera::launch {
namespace {

TEST(TraceLayers, ReadsStageAndStep) {
  RenderRequest request;
  parse_trace_layers("2:31", request);
  EXPECT_EQ(request.trace_stage, 2);
  EXPECT_EQ(request.trace_step, 31);
}

TEST(TraceLayers, RefusesAnythingElse) {
  for (const char* text : {"", ":", "1", "1:", ":2", "-1:2", "1:-2", "1:2:3", "a:b", "1:2x"}) {
    RenderRequest request;
    EXPECT_THROW(parse_trace_layers(text, request), UsageError) << text;
  }
}

}  // namespace
}  // namespace tessera::launch
