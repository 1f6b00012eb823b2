#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace tessera::storage {

/// The message of the Error that `call` throws; fails the test if it throws none or another.
template <typename Error, typename Call>
std::string message_of(Call call) {
  try {
    call();
  } catch (const Error& error) {
    return error.what();
  } catch (const std::exception& error) {
    ADD_FAILURE() << "another error was thrown: " << error.what();
    return error.what();
  }
  ADD_FAILURE() << "nothing was thrown";
  return {};
}

}  // namespace tessera::storage
