// bashu init, snapshot.

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <ostream>
#include <utility>

#include "base/bytes.h"
#include "base/unicode.h"
#include "main/commands.h"
#include "main/offline.h"
#include "main/people_command.h"
#include "node/custody.h"
#include "node/files.h"
#include "node/identity.h"
#include "node/system_environment.h"
#include "texts/texts.h"

namespace bashu::cli {

namespace {

// `address:port`; an address of digits and dots must be one of IPv4.
bool is_endpoint(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos || colon == 0) return false;
  const std::string_view digits = text.substr(colon + 1);
  int port = -1;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  if (error != std::errc{} || end != digits.data() + digits.size() || port < 0 || port > 65'535) {
    return false;
  }
  const std::string host{text.substr(0, colon)};
  in_addr parsed{};
  const bool numeric = host.find_first_not_of("0123456789.") == std::string::npos;
  return !numeric || ::inet_pton(AF_INET, host.c_str(), &parsed) == 1;
}

bool is_name(std::string_view text) { return is_utf8(text) && !normal_text(text).empty(); }

std::optional<Exit> wrong_init(const Console& console, const Init& what) {
  const auto fail = [&](std::string_view key, const std::string& text) {
    const std::string words = texts::text(console.language, key, {{"text", text}});
    return console.fail(words, words);
  };
  if (what.party == "all" || what.party == "system") return fail("init.reserved", what.party);
  if (!is_name(what.name)) return fail("init.no_name", "--name");
  if (!is_endpoint(what.listen)) return fail("init.endpoint", "--listen");
  if (!is_endpoint(what.api)) return fail("init.endpoint", "--api");
  return std::nullopt;
}

}  // namespace

Exit init(const Console& console, const Init& what) {
  if (const auto wrong = wrong_init(console, what)) return *wrong;
  std::string host = what.host;
  if (host.empty()) host = what.listen.substr(0, what.listen.rfind(':'));
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  std::optional<Date> rehearsal;
  if (!what.rehearsal.empty()) {
    rehearsal = Date::parse(what.rehearsal);
    if (!rehearsal) return console.fail("--rehearsal: not a date", "--rehearsal：不是日期");
  }
  node::keep_files_private();
  const auto identity = node::create_identity(what.dir, {.party = core::PartyId{what.party},
                                                         .name = what.name,
                                                         .host = host,
                                                         .peer_listen = what.listen,
                                                         .api_listen = what.api,
                                                         .offset_minutes = what.offset_minutes});
  if (!identity) return console.fail(identity.error());
  if (!what.journal.empty()) {
    // With the keys of what it seals: whoever has the one must not be without the other.
    for (const char* name : {"journal.url", "vault.url"}) {
      const auto kept =
          node::write_file(std::filesystem::path{what.dir} / name, what.journal + "\n");
      if (!kept) return console.fail(kept.error());
    }
  }
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
                  {.name = "administrator",
                   .person = "administrator",
                   .until = {},
                   .roles = {},
                   .divisions = {},
                   .may = {"admin", "audit", "registrar"},
                   .subjects = {},
                   .persons = {}},
                  "admin");
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
