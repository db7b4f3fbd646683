// What a node needs beside its journal to write, and another machine has to be given by hand
// (docs/guide/standby.md).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "node/directory.h"
#include "node/identity.h"
#include "node/storage/file_store.h"

namespace bashu::exchange {

// Files of the directory that are missing: `peers/chongqing.crt` if none there is among those that
// the agreement in force names, `passwords.json` if somebody signs in with one, the keys of SM2 if
// the agreement requires them, what keys_behind() gives.
[[nodiscard]] std::vector<std::string> missing_beside(const node::FileStore& files,
                                                      const node::Directory& directory,
                                                      const node::Identity& own,
                                                      bool with_passwords);

// Files that are older than the journal: `node.json` and `keys/log.key`, if a key list of ours has
// announced another log key, which neither is here nor waits here for the next start. The process
// reads them when it begins.
[[nodiscard]] std::vector<std::string> keys_behind(const node::FileStore& files,
                                                   const node::Directory& directory,
                                                   const node::Identity& own);

// Names the first document that was kept here. Only the name: the document itself tells at a start
// whether the others are still there.
inline constexpr std::string_view kKeptMark = "documents.kept";
// That document's file if it is gone, and the folder or store with it; empty: it is there, none was
// ever kept, or the store is away.
[[nodiscard]] std::string lost_document(const node::FileStore& files);

}  // namespace bashu::exchange
