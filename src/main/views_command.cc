// bashu views: the tables of a journal on a PostgreSQL server, beside the node or without it.

#include <ostream>
#include <utility>

#include "main/commands.h"
#include "main/views_place.h"
#include "node/identity.h"
#include "node/projection.h"
#include "node/storage/storage.h"
#include "views/tables.h"

namespace bashu::cli {

namespace {

// Tells how far a projection has read.
class Watched final : public node::EntrySource {
 public:
  Watched(const Console& console, node::EntrySource& journal)
      : console_{console}, journal_{journal} {}
  [[nodiscard]] std::uint64_t durable() const override { return journal_.durable(); }
  std::expected<std::vector<node::Entry>, Fault> entries(std::uint64_t from,
                                                         std::size_t bytes_max) override {
    console_.progress(std::to_string(from) + "/" + std::to_string(durable()));
    return journal_.entries(from, bytes_max);
  }

 private:
  const Console& console_;
  node::EntrySource& journal_;
};

}  // namespace

Exit views_to(const Console& console, const ViewsTo& what) {
  if (const auto wrong = wrong_place(console, what.to)) return console.fail(*wrong, *wrong);
  const auto identity = node::load_identity(what.dir);
  if (!identity) return console.fail(identity.error());
  const auto journal = node::open_directory(what.dir)->journal_to_read();
  if (!journal) return console.fail(journal.error());
  node::JournalEntries all{**journal};
  Watched entries{console, all};
  const views::Views::Options options{.path = what.to,
                                      .own = identity->party,
                                      .schema = what.schema,
                                      .readers = what.readers,
                                      .read_path = {},
                                      .anew = what.anew};
  const auto go_on = [] { return true; };
  auto made = what.anew ? views::build_beside(entries, options, go_on)
                        : views::open_on_server(entries, options, go_on);
  console.progress({});
  if (!made) return console.fail(made.error());
  if (what.anew) {
    if (auto finished = (*made)->finish(); !finished) return console.fail(finished.error());
  }
  console.out << console.say("entries in the tables: ", "表中条目数：") << (*made)->entries()
              << '\n';
  return Exit::done;
}

}  // namespace bashu::cli
