// bashu journal stamps: what an authority outside the circle has said of when this journal was how
// long, judged anew by the certificates that the reader trusts.

#include <ostream>

#include "exchange/timestamps.h"
#include "main/commands.h"
#include "main/journal_scan.h"
#include "main/table.h"
#include "node/files.h"
#include "node/storage/storage.h"
#include "texts/texts.h"

namespace bashu::cli {

Exit journal_stamps(const Console& console, const JournalStamps& what) {
  const auto roots = node::read_file(what.ca);
  if (!roots) return console.fail(roots.error());
  const auto storage = node::open_directory(what.dir);
  const auto journal = storage->journal_to_read();
  if (!journal) return console.fail(journal.error());
  const auto checkpoint_at = [&](std::uint64_t size) { return checkpoint_of(**journal, size); };
  const auto stamps = exchange::kept_stamps(storage->files(), *roots, checkpoint_at);
  Table table{{Table::Align::right, Table::Align::left, Table::Align::left, Table::Align::left}};
  bool sound = true;
  for (const exchange::KeptStamp& one : stamps) {
    if (one.stamp) {
      table.add({std::to_string(one.size), utc_text(one.stamp->time_s), one.stamp->authority,
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
