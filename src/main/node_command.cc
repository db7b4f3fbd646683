// bashu init, snapshot.

#include <algorithm>
#include <filesystem>
#include <ostream>
#include <utility>

#include "main/commands.h"
#include "main/offline.h"
#include "main/people_command.h"
#include "node/identity.h"
#include "node/system_environment.h"

namespace bashu::cli {

Exit init(const Console& console, const Init& what) {
  std::string host = what.host;
  if (host.empty()) host = what.listen.substr(0, what.listen.rfind(':'));
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  std::optional<Date> rehearsal;
  if (!what.rehearsal.empty()) {
    rehearsal = Date::parse(what.rehearsal);
    if (!rehearsal) return console.fail("--rehearsal: not a date", "--rehearsal：不是日期");
  }
  const auto identity = node::create_identity(what.dir, {.party = what.party,
                                                         .name = what.name,
                                                         .host = host,
                                                         .peer_listen = what.listen,
                                                         .api_listen = what.api,
                                                         .offset_minutes = what.offset_minutes});
  if (!identity) return console.fail(identity.error());
  if (rehearsal) {
    node::RehearsalClock clock{std::filesystem::path{what.dir} / "rehearsal-day", *rehearsal};
    if (auto kept = clock.set_today(*rehearsal); !kept) return console.fail(kept.error());
  }
  console.out << console.say("party ", "参与方 ") << identity->party << "  " << identity->name
              << '\n'
              << console.say("log ", "日志 ") << identity->origin << '\n'
              << console.say("other nodes reach it at ", "其他节点访问地址 ") << identity->endpoint
              << '\n';
  return make_key(console, what.dir,
                  {.id = "admin",
                   .name = "administrator",
                   .roles = {},
                   .divisions = {},
                   .subject = {},
                   .may = {"admin", "audit", "registrar"}});
}

Exit snapshot(const Console& console, const std::string& dir) {
  const auto node = open_at_rest(console, dir);
  if (!node) return node.error();
  const auto covered = (*node)->snapshot();
  if (!covered) return console.fail(covered.error());
  console.out << console.say("snapshot of ", "快照包含条目数 ") << *covered
              << console.say(" entries", "") << '\n';
  return Exit::done;
}

}  // namespace bashu::cli
