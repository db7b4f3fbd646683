#include "node/crash_mark.h"

#include <sstream>
#include <utility>

namespace bashu::node {

namespace {

constexpr std::size_t kLineSize = 80;  // a party has at most 32 characters

std::string padded(const std::string& line) {
  std::string bytes = line.substr(0, kLineSize - 1);
  bytes.resize(kLineSize - 1, ' ');
  return bytes + '\n';
}

}  // namespace

std::expected<CrashMark, Fault> CrashMark::open(Storage& storage) {
  auto slot = storage.slot("deciding", padded({}));
  if (!slot) return std::unexpected{slot.error()};
  return CrashMark{std::move(*slot)};
}

CrashMark::CrashMark(std::unique_ptr<Slot> slot) : slot_{std::move(slot)} {
  // `crashes from seq`; a blank line says that nothing was being decided.
  std::istringstream in{slot_->found()};
  if (!(in >> crashes_ >> from_ >> seq_)) crashes_ = 0;
}

int CrashMark::crashes(std::string_view from, std::int64_t seq) const {
  return from == from_ && seq == seq_ ? crashes_ : 0;
}

void CrashMark::begin(std::string_view from, std::int64_t seq) {
  std::string line = std::to_string(crashes(from, seq) + 1);
  line.append(" ").append(from).append(" ").append(std::to_string(seq));
  write(line);
}

void CrashMark::end() { write({}); }

void CrashMark::write(const std::string& line) {
  // A mark that cannot be written costs a few more restarts, nothing else.
  static_cast<void>(slot_->write(padded(line)));
}

}  // namespace bashu::node
