#pragma once

#include <string>

#include "main/commands.h"

namespace bashu::cli {

struct DocumentsMove {
  std::string dir, to;  // to: place of an object store, or `directory`
  bool keep = false;
};
Exit documents_move(const Console& console, const DocumentsMove& what);

}  // namespace bashu::cli
