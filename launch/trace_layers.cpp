#include "launch/trace_layers.h"

#include <charconv>
#include <string_view>
#include <system_error>

#include "launch/usage_error.h"

namespace tessera::launch {
namespace {

int number(std::string_view digits, const std::string& whole) {
  int value = -1;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (error != std::errc() || end != digits.data() + digits.size() || value < 0) {
    throw UsageError("--trace-layers: \"" + whole +
                     "\" is not of the form STAGE:STEP, both from 0.");
  }
  return value;
}

}  // namespace

void parse_trace_layers(const std::string& text, RenderRequest& request) {
  const std::string_view view = text;
  const std::size_t colon = view.find(':');
  request.trace_stage = number(view.substr(0, colon), text);
  request.trace_step = number(colon == std::string_view::npos ? "" : view.substr(colon + 1), text);
}

}  // namespace tessera::launch
