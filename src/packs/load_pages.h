// What a pack says for its pages: titles of plain names, groups, lists, searches, papers.
#pragma once

#include "packs/pack.h"
#include "packs/reader.h"

namespace bashu::packs {

// A text whose `{name}` are fields or parties of the service, or case, opened, since.
void check_blanks(Reader& reader, const Title& text, const Service& service,
                  const std::string& path);

// Reads these keys of the whole file into a pack whose services, registers and figures are read,
// and chooses what it leaves out.
void load_pages(Reader& reader, const Value::Record& root, Pack& pack);

}  // namespace bashu::packs
