// bashu journal stamps: what an authority outside the circle has said of when this journal was how
// long, judged anew by the certificates that the reader trusts.

#include <ostream>

#include "base/date.h"
#include "exchange/timestamps.h"
#include "main/commands.h"
#include "main/journal_scan.h"
#include "main/table.h"
#include "node/files.h"
#include "node/storage/storage.h"
#include "texts/texts.h"

namespace bashu::cli {

namespace {

// `2026-11-28T10:49:01Z`.
std::string moment(std::int64_t seconds) {
  constexpr std::int64_t kDay = 86'400;
  std::string text = Date::from_days(static_cast<std::int32_t>(seconds / kDay)).text();
  char before = 'T';
  for (const std::int64_t unit : {3'600, 60, 1}) {
    const std::string part = std::to_string(seconds % kDay / unit % (unit == 3'600 ? 24 : 60));
    text.append(1, before).append(2 - part.size(), '0').append(part);
    before = ':';
  }
  return text + "Z";
}

}  // namespace

Exit journal_stamps(const Console& console, const JournalStamps& what) {
  const auto roots = node::read_file(what.ca);
  if (!roots) return console.fail(roots.error());
  const auto storage = node::open_directory(what.dir);
  const auto journal = storage->journal_to_read();
  if (!journal) return console.fail(journal.error());
  const auto checkpoint_at = [&](std::uint64_t size) -> std::optional<std::string> {
    if (size == 0 || size > (*journal)->size()) return std::nullopt;
    std::optional<std::string> note;
    const auto read =
        each_commit(**journal, size - 1,
                    [&](const evidence::CommitRecord& commit) -> std::expected<bool, Fault> {
                      if (commit.first + commit.entries.size() == size) note = commit.checkpoint;
                      return false;
                    });
    return read ? note : std::nullopt;
  };
  const auto stamps = exchange::kept_stamps(storage->files(), *roots, checkpoint_at);
  Table table{{Table::Align::right, Table::Align::left, Table::Align::left, Table::Align::left}};
  bool sound = true;
  for (const exchange::KeptStamp& one : stamps) {
    if (one.stamp) {
      table.add({std::to_string(one.size), moment(one.stamp->time_s), one.stamp->authority,
                 one.stamp->serial});
    } else {
      sound = false;
      const std::string code{one.stamp.error().code.text()};
      table.add({std::to_string(one.size),
                 texts::text(console.language, "stamps.bad", {{"code", code}}),
                 {},
                 {}});
    }
  }
  table.print(console.out);
  if (stamps.empty()) console.err << texts::text(console.language, "stamps.none") << '\n';
  return sound ? Exit::done : Exit::refused;
}

}  // namespace bashu::cli
