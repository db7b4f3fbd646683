#include "backup/journal_part.h"

#include <cstdint>

#include "base/try.h"
#include "evidence/entry.h"

namespace bashu::backup {

namespace {

constexpr std::size_t kLength = 8;

}  // namespace

void put_record(SealedWriter& part, std::string_view record) {
  std::string length(kLength, '\0');
  std::uint64_t rest = record.size();
  for (std::size_t i = kLength; i-- > 0; rest >>= 8) length[i] = static_cast<char>(rest & 0xff);
  part.write(length);
  part.write(record);
}

std::expected<std::optional<std::string>, Fault> next_record(SealedReader& part) {
  if (part.at_end()) return std::nullopt;
  BASHU_TRY(const std::string head, part.read(kLength));
  std::uint64_t length = 0;
  for (const char byte : head) length = length << 8 | static_cast<unsigned char>(byte);
  // A commit's frame adds little to its entries.
  if (head.size() != kLength || length > 2 * evidence::kCommitMax) {
    return std::unexpected{Fault{"a part of the journal in the backup cannot be read"}};
  }
  BASHU_TRY(std::string record, part.read(length));
  if (record.size() != length) {
    return std::unexpected{Fault{"a part of the journal in the backup ends too early"}};
  }
  return record;
}

}  // namespace bashu::backup
