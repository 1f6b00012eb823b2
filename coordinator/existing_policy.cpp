#include "coordinator/existing_policy.h"

namespace tessera::coordinator {

storage::OnExists existing_policy(configs::JobConfig::OnExists asked) {
  using OnExists = configs::JobConfig::OnExists;
  switch (asked) {
    case OnExists::Skip:
      return storage::OnExists::Skip;
    case OnExists::Overwrite:
      return storage::OnExists::Overwrite;
    case OnExists::Suffix:
      return storage::OnExists::Suffix;
    case OnExists::Error:
      break;
  }
  return storage::OnExists::Error;
}

}  // namespace tessera::coordinator
