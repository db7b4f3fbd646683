// What a node needs beside its journal to write, and another machine has to be given by hand
// (docs/guide/standby.md).
#pragma once

#include <string>
#include <vector>

#include "node/directory.h"
#include "node/identity.h"
#include "node/storage/file_store.h"

namespace bashu::exchange {

// Files of the directory that are missing: `peers/chongqing.crt` if none there is among those that
// the agreement in force names, `passwords.json` if somebody signs in with one, the keys of SM2 if
// the agreement requires them.
[[nodiscard]] std::vector<std::string> missing_beside(const node::FileStore& files,
                                                      const node::Directory& directory,
                                                      const node::Identity& own,
                                                      bool with_passwords);

}  // namespace bashu::exchange
