// bashu documents move: from the directory into an object store, or back.

#include "main/documents_command.h"

#include <ostream>

#include "node/custody.h"
#include "node/identity.h"
#include "node/storage/move_documents.h"
#include "objects/place.h"
#include "texts/texts.h"

namespace bashu::cli {

Exit documents_move(const Console& console, const DocumentsMove& what) {
  const bool back = what.to == "directory";
  if (!back && !objects::is_s3(what.to)) {
    const std::string words =
        texts::text(console.language, "documents.move.where", {{"text", what.to}});
    return console.fail(words, words);
  }
  if (const auto identity = node::load_identity(what.dir); !identity) {
    return console.fail(identity.error());
  }
  node::keep_files_private();
  const auto moved =
      node::move_documents({.dir = what.dir, .url = back ? "" : what.to, .keep = what.keep},
                           [&](std::uint64_t done, std::uint64_t all) {
                             console.progress(std::to_string(done) + "/" + std::to_string(all));
                           });
  console.progress({});
  if (!moved) return console.fail(moved.error());
  const char* const key = moved->done ? "documents.move.done"
                          : back      ? "documents.move.runs"
                                      : "documents.move.rest";
  console.out << texts::text(console.language, key, {{"count", std::to_string(moved->documents)}})
              << '\n';
  if (moved->damaged > 0) {
    console.out << texts::text(console.language, "documents.move.damaged",
                               {{"count", std::to_string(moved->damaged)}})
                << '\n';
  }
  return moved->done && moved->damaged == 0 ? Exit::done : Exit::refused;
}

}  // namespace bashu::cli
