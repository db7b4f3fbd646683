// bashu journal cosigned: what witnesses outside the circle have cosigned of this journal, judged
// anew by the keys that the reader trusts, and what none of them has.

#include <ostream>

#include "exchange/outside.h"
#include "main/commands.h"
#include "main/journal_scan.h"
#include "main/policy_file.h"
#include "main/table.h"
#include "node/identity.h"
#include "node/storage/storage.h"
#include "texts/texts.h"

namespace bashu::cli {

namespace {

// Whether the checkpoint with a cosignature is the journal's own of that size.
bool is_of(journal::Journal& journal, const exchange::OutsideCosigned& one) {
  const auto own = checkpoint_of(journal, one.size);
  const std::size_t end = one.note.find("\n\n");
  return own && end != std::string::npos && own->starts_with(one.note.substr(0, end + 2));
}

// What no witness, or too few, have cosigned.
void print_open(const Console& console, journal::Journal& journal, std::uint64_t covered) {
  const std::uint64_t all = journal.size();
  if (covered >= all) {
    console.out << texts::text(console.language, "witness.all", {{"all", std::to_string(all)}})
                << '\n';
    return;
  }
  const auto since_ms = time_of(journal, covered);
  console.out << texts::text(console.language, "witness.open",
                             {{"open", std::to_string(all - covered)},
                              {"all", std::to_string(all)},
                              {"since", since_ms ? utc_text(*since_ms / 1'000) : "?"}})
              << '\n';
}

}  // namespace

Exit journal_cosigned(const Console& console, const JournalCosigned& what) {
  const auto policy = read_policy_file(console, what.witnesses);
  if (!policy) return policy.error();
  const auto identity = node::load_identity(what.dir);
  if (!identity) return console.fail(identity.error());
  const auto storage = node::open_directory(what.dir);
  const auto journal = storage->journal_to_read();
  if (!journal) return console.fail(journal.error());
  std::vector<std::string> log_keys{identity->log.public_key};
  for (const evidence::LogKey& log : policy->logs()) {
    if (log.name == identity->origin) log_keys.push_back(log.public_key);
  }
  auto cosigned = exchange::outside_cosigned(storage->files(), *policy, identity->origin, log_keys);
  Table table{{Table::Align::left, Table::Align::right, Table::Align::left}};
  bool sound = true;
  for (exchange::OutsideCosigned& one : cosigned) {
    if (one.size > 0 && !is_of(**journal, one)) one.wrong = "fork";
    if (!one.wrong.empty()) {
      sound = false;
      one.size = 0;
    }
    if (!what.by.empty() && one.name == what.by && one.size > 0) {
      const auto written = write_output(console, what.out, one.note);
      return written ? Exit::done : console.fail(written.error());
    }
    table.add({one.name, std::to_string(one.size),
               !one.wrong.empty()
                   ? texts::text(console.language, "witness.bad", {{"code", one.wrong}})
               : one.size > 0 ? utc_text(one.time_s)
                              : texts::text(console.language, "witness.none")});
  }
  if (!what.by.empty()) {
    const std::string words = texts::text(console.language, "witness.not_by", {{"name", what.by}});
    return console.fail(words, words);
  }
  table.print(console.out);
  print_open(console, **journal, policy->covered((*journal)->size(), [&](const std::string& name) {
    for (const exchange::OutsideCosigned& one : cosigned) {
      if (one.name == name) return one.size;
    }
    return std::uint64_t{0};
  }));
  return sound ? Exit::done : Exit::refused;
}

}  // namespace bashu::cli
