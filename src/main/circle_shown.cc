#include "main/circle_shown.h"

#include <algorithm>
#include <ostream>
#include <string>

#include "base/bytes.h"
#include "evidence/sm2.h"
#include "exchange/membership.h"
#include "main/successor_command.h"
#include "texts/texts.h"

namespace bashu::cli {

namespace {

void line(const Console& console, const char* key, const texts::Places& places) {
  console.err << texts::text(console.language, key, places) << '\n';
}

// A root that changes is compared with its owner, on another way than the one the file came.
void show_roots(const Console& console, const evidence::Agreement& edition) {
  for (const evidence::RootChange& change : edition.roots) {
    const std::string key = hex(edition.party(change.party)->root_key);
    line(console, change.lost ? "circle.root.lost_shown" : "circle.root.next_shown",
         {{"party", change.party}, {"key", key}, {"reason", change.reason}});
  }
}

// Who is of the circle no more, and what follows for those who are.
void show_changes(const Console& console, const exchange::CircleSummary& summary) {
  const evidence::Agreement& edition = summary.agreement;
  show_roots(console, edition);
  if (!summary.before) return;
  bool gone = false;
  for (const evidence::PartyRecord& party : summary.before->parties) {
    if (edition.party(party.party)) continue;
    gone = true;
    const auto why = std::ranges::find(edition.expelled, party.party, &evidence::Expelled::party);
    const bool expelled = why != edition.expelled.end();
    line(console, expelled ? "circle.expels" : "circle.leaves",
         {{"party", party.party}, {"reason", expelled ? why->reason : std::string{}}});
  }
  if (!gone) return;
  const exchange::Consequences all = exchange::consequences(*summary.before, edition);
  line(console, "circle.left.follows", {});
  for (const std::string& one : all.channels) line(console, "circle.left.channel", {{"name", one}});
  for (const std::string& one : all.witnesses)
    line(console, "circle.left.witness", {{"name", one}});
  if (all.new_pseudonyms) line(console, "circle.left.pseudonyms", {});
}

}  // namespace

void show(const Console& console, const exchange::CircleSummary& summary) {
  const evidence::Agreement& agreement = summary.agreement;
  std::ostream& out = console.err;  // the file itself may go to standard output
  out << agreement.name << "  " << console.say("edition ", "版次 ") << agreement.edition << '\n'
      << console.say("agreement id ", "协议标识 ")
      << (agreement.id.empty() ? agreement.digest : agreement.id) << '\n'
      << console.say("digest of this edition ", "本版摘要 ") << agreement.digest << '\n';
  for (const evidence::PartyRecord& party : agreement.parties) {
    out << "  " << party.party << (party.member ? "" : console.say(" (auditor)", "（审计方）"))
        << "  " << party.endpoint << "  " << party.root_kid << '\n';
    if (!party.node) continue;
    out << "    " << console.say("decides for ", "办理 ");
    for (const std::string& one : party.node->divisions) out << one << ' ';
    out << console.say("of ", "，属于 ") << (party.node->of.empty() ? party.party : party.node->of)
        << "  " << party.node->site << '\n';
  }
  show_changes(console, summary);
  show_successors(console, summary);
  for (const evidence::ChannelRecord& channel : agreement.channels) {
    out << "  " << channel.channel << '\n';
  }
  if (agreement.second) {
    out << console.say("second signature ", "第二签名 ") << evidence::kSm2Algorithm
        << console.say(", id ", "，标识 ") << evidence::kSm2Id << '\n';
    for (const auto& [what, from] : *agreement.second) {
      out << "  " << what << console.say(" from ", " 自 ")
          << Date::at(Instant{from * 1'000}, 0).text() << '\n';
    }
  }
  out << texts::text(console.language,
                     agreement.pseudonyms == 0 ? "circle.one_key" : "circle.shared_secret",
                     {{"generation", std::to_string(agreement.pseudonyms)}})
      << '\n';
  for (const std::string& one : summary.missing) {
    out << console.say("not signed yet: ", "尚未签署：") << one << '\n';
  }
}

}  // namespace bashu::cli
