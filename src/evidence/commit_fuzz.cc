// Reads any bytes as a commit record, with and without the digest that belongs to them, and as an
// entry; whatever is accepted has exactly one spelling.
#include "evidence/entry.h"
#include "evidence/fsck.h"
#include "evidence/fuzz.h"

using namespace bashu::evidence;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes = fuzz::input(data, size);
  if (const auto entry = parse_entry(bytes)) fuzz::require(entry_text(*entry) == bytes);
  std::string record{bytes};
  for (const bool add_digest : {false, true}) {
    if (add_digest) record += bashu::as_bytes(bashu::sha256(record));
    if (const auto commit = decode_commit(record)) fuzz::require(encode_commit(*commit) == record);
    JournalCheck journal{"a.example/bashu/1", {fuzz::key().public_key}, {}};
    static_cast<void>(journal.next(record));
  }
  return 0;
}
