// Preloaded into the program under test: a file system that hangs. fsync() does not return for
// files whose path contains the text in HANG_SYNC_OF.
#include <dlfcn.h>
#include <unistd.h>

#include <climits>
#include <cstdlib>
#include <cstring>
#include <string>

extern "C" int fsync(int descriptor) {
  char path[PATH_MAX] = {};
  const std::string link = "/proc/self/fd/" + std::to_string(descriptor);
  const ssize_t length = readlink(link.c_str(), path, sizeof path - 1);
  const char* hanging = std::getenv("HANG_SYNC_OF");
  if (length > 0 && hanging != nullptr && std::strstr(path, hanging) != nullptr) {
    for (;;) pause();
  }
  using Fsync = int (*)(int);
  return reinterpret_cast<Fsync>(dlsym(RTLD_NEXT, "fsync"))(descriptor);
}
