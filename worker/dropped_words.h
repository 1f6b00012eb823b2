#pragma once

#include <string>

namespace tessera::worker {

/// A warning about the text of the prompts beyond 77 tokens, short enough for the message of an
/// outcome; "" if nothing is dropped. \param prompt, negative  UTF-8, what is dropped of them.
std::string dropped_words(const std::string& prompt, const std::string& negative);

}  // namespace tessera::worker
