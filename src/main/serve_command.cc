// bashu serve: one node with its views, exchange and API, until it is told to end.
//
// Beside a writer on another machine it stands by: views and API without exchange and mail. When it
// takes the writer's place the same node goes on, with its doors opened anew.

#include <signal.h>

#include <chrono>
#include <ctime>
#include <filesystem>
#include <ostream>
#include <thread>
#include <utility>

#include "api/api.h"
#include "api/health.h"
#include "api/problem.h"
#include "api/shelf.h"
#include "base/json.h"
#include "exchange/beside.h"
#include "exchange/circle.h"
#include "exchange/exchange.h"
#include "exchange/outside.h"
#include "exchange/timestamps.h"
#include "figures/published.h"
#include "http/message.h"
#include "http/mounts.h"
#include "http/server.h"
#include "http/tls.h"
#include "http/turned_away.h"
#include "journal/quorum.h"
#include "main/commands.h"
#include "main/ending.h"
#include "main/faces.h"
#include "main/listening.h"
#include "main/metrics.h"
#include "main/offline.h"
#include "main/pack_trial.h"
#include "main/policy_file.h"
#include "main/views_place.h"
#include "node/certificates.h"
#include "node/custody.h"
#include "node/disk.h"
#include "node/files.h"
#include "node/storage/directory.h"
#include "node/storage/directory_files.h"
#include "node/storage/object_files.h"
#include "node/system_environment.h"
#include "notices/notices.h"
#include "papers/codes.h"
#include "people/earlier.h"
#include "people/entrance.h"
#include "site/site.h"
#include "texts/texts.h"
#include "views/follower.h"
#include "views/server_follower.h"

namespace bashu::cli {

namespace {

constexpr std::size_t kBodyMax = 8u << 20;

// The clock to serve with. A directory is a rehearsal or it is not: its days do not mix.
std::expected<std::unique_ptr<node::Clock>, std::string> serving_clock(
    const std::filesystem::path& dir, const node::Identity& identity, const std::string& rehearsal,
    const Console& console, node::RehearsalClock** by_hand) {
  const auto file = dir / "rehearsal-day";
  const bool kept = std::filesystem::exists(file);
  if (rehearsal.empty()) {
    if (!kept) return std::make_unique<node::SystemClock>(identity.offset_minutes);
    return std::unexpected{
        std::string{console.say("this directory is a rehearsal: serve it with --rehearsal DATE",
                                "此目录为演练目录：请使用 --rehearsal DATE 启动")}};
  }
  const auto day = Date::parse(rehearsal);
  if (!day) {
    return std::unexpected{
        std::string{console.say("--rehearsal: not a date", "--rehearsal：不是日期")}};
  }
  std::unique_ptr<node::RehearsalClock> clock;
  if (kept) {
    auto opened = node::RehearsalClock::open(dir, identity.offset_minutes);
    if (!opened) return std::unexpected{opened.error().what};
    clock = std::move(*opened);
  } else {
    clock = std::make_unique<node::RehearsalClock>(file, *day);
  }
  if (auto set = clock->set_today(*day); !set) return std::unexpected{set.error().what};
  *by_hand = clock.get();
  return clock;
}

// DIR/keys/api.crt and api.key, if there are any: the API speaks TLS.
std::expected<http::TlsContext, Fault> api_tls(const std::filesystem::path& dir) {
  return tls_of(dir, "api");
}

std::string joined(const std::vector<std::string>& names) {
  std::string all;
  for (const std::string& name : names) all += (all.empty() ? "" : ", ") + name;
  return all;
}

// What must be put right before this directory is served, in the reader's language; empty: nothing.
std::string unsafe(const Console& console, const Serve& what, const node::Identity& identity) {
  if (const auto open = node::open_to_all(what.dir); !open.empty()) {
    return texts::text(console.language, "serve.open_files",
                       {{"dir", what.dir}, {"files", joined(open)}});
  }
  const bool tls = std::filesystem::exists(std::filesystem::path{what.dir} / "keys" / "api.crt");
  if (tls || what.api_in_clear) return {};
  for (const std::string& listen :
       {what.api.empty() ? identity.api_listen : what.api, what.web, what.metrics}) {
    if (listen.empty() || is_this_machine(listen)) continue;
    return texts::text(console.language, "serve.in_clear", {{"address", listen}});
  }
  return {};
}

auto counted(http::TurnedAway& away) {
  return [&away](const std::string& address, std::string_view why) { away.note(address, why); };
}

// Where requests come in.
struct Doors {
  std::unique_ptr<http::Server> api;
  std::unique_ptr<Faces> faces;  // null: none
  std::string api_address, web_address;

  void close() {
    faces.reset();
    api.reset();
  }
  // Answers that were made leave first.
  void settle() const {
    constexpr int kLeaveMs = 500;
    if (faces) faces->settle(kLeaveMs);
    if (api) api->settle(kLeaveMs);
  }
  // Tells whoever waits for an answer that none will come.
  void give_up() const {
    if (faces) faces->give_up();
    if (api) api->give_up();
  }
};

std::expected<Doors, Fault> open_doors(const Serve& what, const node::Identity& identity,
                                       api::Api& api, site::Site& site, http::TurnedAway& away) {
  const auto tls = api_tls(what.dir);
  if (!tls) return std::unexpected{tls.error()};
  http::Server::Options options;
  options.listen = what.api.empty() ? identity.api_listen : what.api;
  options.body_max = kBodyMax;
  options.admit = [&api](const http::Request& head) { return api.admit(head, kBodyMax); };
  // What no handler answers is guarded here.
  const auto alone = [secure = static_cast<bool>(*tls)](const api::Problem& problem) {
    http::Response response = api::problem_response(problem, "en");
    http::guard(response, secure);
    return response;
  };
  options.refusal = [alone](int status) { return alone(api::unread(status)); };
  options.dropped = [alone] {
    return alone(api::problem_of(Fault{.what = {}, .unknown_outcome = true}));
  };
  if (*tls) options.tls = [context = *tls] { return context; };
  options.turned_away = counted(away);
  const auto address = [&](const std::string& listen, std::uint16_t port) {
    return (*tls ? "https://" : "http://") + host_of(listen) + ":" + std::to_string(port);
  };
  Doors doors;
  auto server = http::Server::start(options, http::guarded(
                                                 [&](http::Request request, http::Reply reply) {
                                                   api.handle(std::move(request), std::move(reply));
                                                 },
                                                 static_cast<bool>(*tls)));
  if (!server) return std::unexpected{server.error()};
  doors.api_address = address(options.listen, (*server)->port());
  doors.api = std::move(*server);
  if (what.web.empty()) return doors;
  options.listen = what.web;
  auto faces = Faces::start({.root = what.web_root, .server = options}, api, site);
  if (!faces) return std::unexpected{faces.error()};
  doors.web_address = address(what.web, (*faces)->port());
  doors.faces = std::move(*faces);
  return doors;
}

// Null if nobody asked for it.
std::expected<std::unique_ptr<http::Server>, Fault> open_metrics(
    const Serve& what, std::function<std::string()> text) {
  if (what.metrics.empty()) return nullptr;
  const auto tls = api_tls(what.dir);
  if (!tls) return std::unexpected{tls.error()};
  http::Server::Options options;
  options.listen = what.metrics;
  options.body_max = 0;
  if (*tls) options.tls = [context = *tls] { return context; };
  return serve_metrics(std::move(options), std::move(text));
}

// Why serving in one role ends.
enum class End : std::uint8_t {
  told,     // by a signal
  trouble,  // the exchange found that this log was rolled back or forked
  writer,   // it has stood by, and takes the writer's place
};

// What has changed since it was looked at last goes into the log.
class Told {
 public:
  Told(Log& log, const char* what) : log_{log}, what_{what} {}
  void look(std::string now) {
    if (now == before_) return;
    if (!now.empty()) log_.write(what_, {{"error", now}});
    before_ = std::move(now);
  }

 private:
  Log& log_;
  const char* what_;
  std::string before_;
};

/// Tries a pack beside those adopted here that it names.
std::function<std::vector<Finding>(const packs::PackPtr&)> trial_beside(node::Node& node) {
  return [&node](const packs::PackPtr& pack) {
    const std::set<std::string> named = named_packs(*pack);
    std::vector<packs::PackPtr> also;
    node.query([&](const core::State& state) {
      for (const auto& [digest, row] : state.circle().packs) {
        if (row.pack && named.contains(row.pack->name)) also.push_back(row.pack);
      }
    });
    return trial_findings(*pack, also);
  };
}

// Who had how many persons named with our help; of whom nobody can tell.
auto asked_log(Log& log) {
  return [&log](const std::string& party, std::int64_t points, bool refused) {
    log.write("pseudonyms", {{"party", party}, {"points", points}, {"refused", refused}});
  };
}
exchange::Exchange::Options exchange_options(const Serve& what, Log& log, http::TurnedAway& away) {
  return {.listen = what.listen,
          .away_after_s = what.away_after_s,
          .pseudonyms_per_hour = what.pseudonyms_per_hour,
          .asked = asked_log(log),
          .turned_away = counted(away)};
}

auto request_log(Log& log, Metrics& metrics) {
  return [&](const api::Answered& one) {
    metrics.answered(one.status, one.ms);
    log.write("request", {{"method", one.method},
                          {"path", one.path},
                          {"status", one.status},
                          {"ms", one.ms},
                          {"key", one.key},
                          {"remote", one.remote}});
  };
}

// A line for each address, with how often since the last.
void tell_turned_away(Log& log, http::TurnedAway& away) {
  for (const http::TurnedAway::Count& one : away.take()) {
    log.write("turned-away", {{"remote", one.address}, {"error", one.why}, {"times", one.times}});
  }
}

auto sign_in_log(Log& log) {
  return [&](const api::SignIn& one) {
    log.write("sign-in", {{"account", one.account},
                          {"way", one.way},
                          {"outcome", one.outcome},
                          {"remote", one.remote}});
  };
}

// The server that takes mail; what proves us to it stands in a file, never on the command line:
// one line, USER:SECRET.
std::expected<notices::MailServer, std::string> mail_server(const Console& console,
                                                            const Serve& what) {
  const auto wrong = [&](const char* key) {
    return std::unexpected{texts::text(console.language, key)};
  };
  notices::MailServer server{.url = what.smtp,
                             .from = what.mail_from,
                             .user = {},
                             .secret = {},
                             .ca = what.smtp_ca,
                             .starttls = what.smtp_starttls};
  if (!server.url.starts_with("smtp://") && !server.url.starts_with("smtps://")) {
    return wrong("notices.url");
  }
  if (server.url.find('@') != std::string::npos) return wrong("notices.secret_in_url");
  if (!notices::is_address(server.from)) return wrong("notices.from");
  if (what.smtp_secret.empty()) return server;
  const auto file = node::read_file(what.smtp_secret);
  const std::string line = file ? file->substr(0, file->find('\n')) : std::string{};
  const std::size_t colon = line.find(':');
  if (colon == std::string::npos || colon == 0) return wrong("notices.secret_file");
  if (!server.starttls && !server.url.starts_with("smtps://")) return wrong("notices.in_clear");
  server.user = line.substr(0, colon);
  server.secret = line.substr(colon + 1);
  return server;
}

// Null if nobody asked for it.
std::expected<std::unique_ptr<notices::Notices>, Exit> open_notices(const Console& console,
                                                                    const Serve& what,
                                                                    node::Node& node,
                                                                    views::Follower& follower,
                                                                    Log& log) {
  if (what.smtp.empty()) return nullptr;
  auto server = mail_server(console, what);
  if (!server) return std::unexpected{console.fail(server.error(), server.error())};
  auto opened = notices::Notices::open(
      {.dir = what.dir,
       .server = std::move(*server),
       .note = [&log](std::string_view about,
                      const std::string& error) { log.write(about, {{"error", error}}); }},
      node, follower);
  if (!opened) return std::unexpected{console.fail(opened.error())};
  return std::move(*opened);
}

// Null if nobody asked for it.
std::expected<std::unique_ptr<exchange::TimeStamps>, Exit> open_timestamps(const Console& console,
                                                                           const Serve& what,
                                                                           node::Node& node) {
  if (what.timestamps.empty()) return nullptr;
  if (what.timestamps_ca.empty()) {
    const std::string words = texts::text(console.language, "stamps.no_ca");
    return std::unexpected{console.fail(words, words)};
  }
  auto roots = node::read_file(what.timestamps_ca);
  if (!roots) return std::unexpected{console.fail(roots.error())};
  auto opened = exchange::TimeStamps::open(
      node,
      {.url = what.timestamps, .roots = std::move(*roots), .every_ms = what.timestamps_s * 1'000});
  if (!opened) return std::unexpected{console.fail(opened.error())};
  return std::move(*opened);
}

// Null if nobody asked for it.
std::expected<std::unique_ptr<exchange::OutsideWitnesses>, Exit> open_witnesses(
    const Console& console, const Serve& what, node::Node& node, exchange::Exchange& exchange) {
  if (what.witnesses.empty()) return nullptr;
  auto policy = read_policy_file(console, what.witnesses);
  if (!policy) return std::unexpected{policy.error()};
  exchange::OutsideWitnesses::Options options{
      .policy = std::move(*policy),
      .every_ms = what.witness_s * 1'000,
      .alarm = [&exchange](exchange::Alarm alarm, std::string_view proof) {
        exchange.raise(std::move(alarm), proof);
      }};
  if (!what.witness_ca.empty()) {
    auto roots = node::read_file(what.witness_ca);
    if (!roots) return std::unexpected{console.fail(roots.error())};
    options.roots = std::move(*roots);
  }
  auto opened = exchange::OutsideWitnesses::open(node, std::move(options));
  if (!opened) return std::unexpected{console.fail(opened.error())};
  return std::move(*opened);
}

// The line that says where the node is reached.
void print_ready(const Console& console, const Serve& what, node::Node& node,
                 exchange::Exchange* exchange, const Doors& doors, const http::Server* metrics) {
  const node::Identity& identity = node.identity();
  console.out << (exchange ? "ready " : "standby ") << identity.party
              << " api=" << doors.api_address;
  if (doors.faces) console.out << " web=" << doors.web_address;
  if (metrics) console.out << " metrics=" << host_of(what.metrics) << ':' << metrics->port();
  if (exchange) {
    const std::string& listen = what.listen.empty() ? identity.peer_listen : what.listen;
    console.out << " exchange=" << host_of(listen) << ':' << exchange->port();
  }
  console.out << " entries=" << node.durable();
}

// What this machine would need to write, and where it comes from.
void tell_missing(const Console& console, const std::string& files) {
  if (files.empty()) return;
  console.err << texts::text(console.language, "standby.missing", {{"files", files}}) << std::endl;
}

// The peers know more of this journal than lies here.
void tell_behind(const Console& console, const exchange::Trouble& trouble) {
  const std::string words =
      texts::text(console.language, "restore.behind", {{"trouble", trouble.text()}});
  static_cast<void>(console.fail(words, words));
}

// Of a directory that is fit to be served, with the keys that count from now on.
std::expected<node::Identity, Exit> identity_to_serve(const Console& console, const Serve& what) {
  if (auto activated = exchange::activate_keys(what.dir); !activated) {
    return std::unexpected{console.fail(activated.error())};
  }
  auto identity = node::load_identity(what.dir);
  if (!identity) return std::unexpected{console.fail(identity.error())};
  // Nobody could reach a node whose certificates it cannot sign.
  if (const auto ca = node::load_ca(node::DirectoryFiles{what.dir}); !ca) {
    return std::unexpected{console.fail(ca.error())};
  }
  if (const std::string why = unsafe(console, what, *identity); !why.empty()) {
    return std::unexpected{console.fail(why, why)};
  }
  return std::move(*identity);
}

// Another machine writes this journal, and lives: its name.
std::string writer_elsewhere(node::Storage& storage, const std::string& own) {
  constexpr std::chrono::milliseconds kBeat{2'500};
  const auto journal = storage.journal_to_read();
  const auto first = journal ? (*journal)->seat() : std::unexpected{journal.error()};
  if (!first || first->epoch == 0 || first->holder == own || first->holder.empty()) return {};
  std::this_thread::sleep_for(kBeat);
  const auto next = (*journal)->seat();
  const bool lives = next && (next->beat != first->beat || next->epoch != first->epoch);
  return lives ? next->holder : std::string{};
}

// Why a directory cannot stand by; empty: it can.
std::string cannot_stand_by(const Console& console, const node::FileStore& files) {
  if (!files.has("journal.url")) return texts::text(console.language, "standby.no_journal");
  if (!files.has("vault.url")) return texts::text(console.language, "standby.no_vault");
  return {};
}

std::expected<std::unique_ptr<node::Node>, Exit> open_node(const Console& console,
                                                           const Serve& what, node::Clock& clock,
                                                           node::Chance& chance) {
  const std::string own = node::machine_name(what.as);
  node::Node::Options options{
      .storage = node::open_directory(what.dir, own), .clock = &clock, .chance = &chance};
  if (what.standby) {
    const std::string why = cannot_stand_by(console, options.storage->files());
    if (!why.empty()) return std::unexpected{console.fail(why, why)};
    options.standby_ms = what.take_over_s > 0 ? what.take_over_s * 1'000 : -1;
  } else if (const std::string writer = writer_elsewhere(*options.storage, own); !writer.empty()) {
    const std::string words =
        texts::text(console.language, "standby.writer_elsewhere", {{"writer", writer}});
    return std::unexpected{console.fail(words, words)};
  }
  auto node = node::Node::open(options);
  if (!node) return std::unexpected{console.fail(node.error())};
  return std::move(*node);
}

// Tables here, on a server, or both.
struct Followed {
  std::unique_ptr<views::Follower> here;          // null: the server answers
  std::unique_ptr<views::ServerFollower> server;  // null: nobody asked for it
  [[nodiscard]] views::Follower& answering() const { return here ? *here : *server; }
};
std::expected<Followed, Exit> follow(const Console& console, const Serve& what, node::Node& node) {
  Followed followed;
  for (const std::string* url : {&what.views, &what.read_views}) {
    if (url->empty()) continue;
    if (const auto wrong = wrong_place(console, *url))
      return std::unexpected{console.fail(*wrong, *wrong)};
  }
  if (what.read_views.empty()) {
    auto here = views::Follower::start(node, what.dir);
    if (!here) return std::unexpected{console.fail(here.error())};
    followed.here = std::move(*here);
  }
  if (what.views.empty()) return followed;
  const bool itself = what.read_views == what.views;
  auto server = views::ServerFollower::start(node, what.dir,
                                             {.path = what.views,
                                              .own = node.identity().party,
                                              .schema = what.views_schema,
                                              .readers = what.views_readers,
                                              .read_path = itself ? "" : what.read_views});
  if (!server) return std::unexpected{console.fail(server.error())};
  followed.server = std::move(*server);
  // Without tables there is nothing to answer from.
  if (!followed.here && !followed.server->views()) {
    return std::unexpected{console.fail(followed.server->fault(), followed.server->fault())};
  }
  return followed;
}

// What lasts for as long as the process serves, in whichever role.
struct Serving {
  const Console& console;
  const Serve& what;
  const ::sigset_t& signals;
  Log& log;
  node::Node& node;
  node::Clock& clock;
  node::RehearsalClock* by_hand;  // null: days follow the clock
  people::Roster& roster;
  people::Entrance& entrance;
  std::string origin;  // of the pages; empty: where they are opened
  views::Follower& follower;
  views::ServerFollower* beside;  // null: no tables on a server
  node::DiskFloor& disk;
  Metrics& metrics;
  http::TurnedAway away{};

  // `begins`: what ends it at once until it serves.
  std::expected<End, Exit> run(std::chrono::steady_clock::time_point begun,
                               std::optional<EndsAtOnce> begins);

 private:
  // Whom the writer speaks to beyond the circle; null: nobody asked for it.
  struct Outside {
    std::unique_ptr<notices::Notices> mail;
    std::unique_ptr<exchange::TimeStamps> stamps;
    std::unique_ptr<exchange::OutsideWitnesses> witnesses;
  };
  std::expected<Outside, Exit> open_outside(exchange::Exchange& exchange);
  End wait(exchange::Exchange* exchange, const Outside& outside, api::Shelves& shelves);
};

std::expected<Serving::Outside, Exit> Serving::open_outside(exchange::Exchange& exchange) {
  auto mail = open_notices(console, what, node, follower, log);
  if (!mail) return std::unexpected{mail.error()};
  auto stamps = open_timestamps(console, what, node);
  if (!stamps) return std::unexpected{stamps.error()};
  auto witnesses = open_witnesses(console, what, node, exchange);
  if (!witnesses) return std::unexpected{witnesses.error()};
  return Outside{
      .mail = std::move(*mail), .stamps = std::move(*stamps), .witnesses = std::move(*witnesses)};
}

// Reloads passwords on SIGHUP.
End Serving::wait(exchange::Exchange* exchange, const Outside& outside, api::Shelves& shelves) {
  constexpr int kAskMs = 200;
  constexpr std::int64_t kSlowCommitMs = 3'000;
  const ::timespec pause{.tv_sec = exchange ? 1 : 0, .tv_nsec = exchange ? 0 : 50'000'000};
  Told keys{log, "nobody of this file comes in"}, follows{log, "the journal is not followed"},
      documents{log, "the store of documents is away"},
      quorum{log, "too few servers have what is committed"},
      waits{log, "a commit waits for servers that do not answer"},
      lacks{log, "missing on this machine"}, stamped{log, "no time stamp"},
      witnessed{log, "not witnessed outside"};
  std::chrono::steady_clock::time_point look_beside;
  while (true) {
    const int signal = ::sigtimedwait(&signals, nullptr, &pause);
    if (signal == SIGINT || signal == SIGTERM) {
      log.write("ending", {{"signal", signal == SIGINT ? "INT" : "TERM"}});
      return End::told;
    }
    if (signal == SIGHUP) {
      log.open();
      roster.reload();
      log.write("passwords reloaded", {});
    }
    if (disk.look()) {
      log.write(node.gate().is_shut(node::Gate::Why::disk)
                    ? "the disk is nearly full: writes are refused"
                    : "there is room again: writes are taken",
                {{"floor", disk.floor()}});
    }
    keys.look(roster.problem());
    const journal::Quorum others = node.quorum();
    quorum.look(others.is_short() ? journal::words_of(others) : "");
    waits.look(node.commit_waits_ms() > kSlowCommitMs ? "for more than 3 s" : "");
    // A standby looks at its writer twenty times as often.
    if (const auto now = std::chrono::steady_clock::now(); now >= look_beside) {
      lacks.look(joined(api::beside_missing(node, shelves.within(kAskMs))));
      tell_turned_away(log, away);
      look_beside = now + std::chrono::seconds{1};
    }
    documents.look(node::documents_away(node.storage().files()).value_or(""));
    if (!exchange) {
      const auto standby = node.standby();
      if (!standby) return End::writer;
      follows.look(standby->trouble);
      continue;
    }
    if (outside.stamps) {
      outside.stamps->look();
      stamped.look(outside.stamps->problem());
    }
    if (outside.witnesses) {
      outside.witnesses->look();
      witnessed.look(outside.witnesses->problem());
    }
    if (const auto trouble = exchange->trouble()) {
      log.write("stopped", {{"error", trouble->text()}});
      return End::trouble;
    }
  }
}

std::expected<End, Exit> Serving::run(std::chrono::steady_clock::time_point begun,
                                      std::optional<EndsAtOnce> begins) {
  const std::filesystem::path dir = what.dir;
  const auto fail = [&](const Fault& fault) { return std::unexpected{console.fail(fault)}; };
  std::unique_ptr<exchange::Exchange> exchange;
  if (!node.standby()) {
    auto started = exchange::Exchange::start(node, exchange_options(what, log, away));
    if (!started) return fail(started.error());
    exchange = std::move(*started);
  }
  node::watch_documents(node.storage().files());
  // Before anybody can write.
  disk.look();
  const auto published = figures::published_of(dir, what.circle);
  if (!published) return fail(published.error());
  std::function<std::expected<void, Fault>(Date)> set_today;
  if (by_hand) set_today = [this](Date day) { return by_hand->set_today(day); };
  const auto article = site::load_article(site::circle_folder(dir, what.circle));
  if (!article) return fail(article.error());
  const auto map = site::load_map(site::circle_folder(dir, what.circle));
  if (!map) return fail(map.error());
  Outside outside;
  if (exchange) {
    auto others = open_outside(*exchange);
    if (!others) return std::unexpected{others.error()};
    outside = std::move(*others);
  }
  const auto codes = std::make_shared<const papers::Codes>(dir / "keys" / "papers.key");
  api::Api api{{.node = &node,
                .views = &follower,
                .exchange = exchange.get(),
                .timestamps = outside.stamps.get(),
                .witnesses = outside.witnesses.get(),
                .entrance = &entrance,
                .set_today = std::move(set_today),
                .try_pack = trial_beside(node),
                .log = request_log(log, metrics),
                .note = [this](std::string_view about,
                               const std::string& error) { log.write(about, {{"error", error}}); },
                .signed_in = sign_in_log(log),
                .published = *published,
                .party_names = (*article)->parties,
                .codes = codes,
                .computed = (*map)->computed,
                .notices = outside.mail.get(),
                .workers = what.workers,
                .reads_per_minute = what.reads_per_minute}};
  site::Site site{{.views = [this] { return follower.views(); },
                   .published = *published,
                   .article = *article,
                   .map = *map,
                   .today = [this] { return clock.today(); },
                   .proof = [this](std::uint64_t entry) { return node.receipt(entry); },
                   .codes = codes}};
  // Who comes in from here on is answered, also at the end.
  begins.reset();
  auto doors = open_doors(what, node.identity(), api, site, away);
  if (!doors) return fail(doors.error());
  if (outside.mail) outside.mail->begin(origin.empty() ? doors->web_address : origin);
  api::Shelves shelves{node};
  const api::HealthParts parts{node,
                               follower,
                               exchange.get(),
                               entrance,
                               shelves,
                               outside.stamps.get(),
                               outside.witnesses.get(),
                               beside};
  const auto watched = open_metrics(what, [&] { return metrics.text(parts, disk); });
  if (!watched) return fail(watched.error());

  tell_missing(console, joined(api::beside_missing(node, shelves.now())));
  print_ready(console, what, node, exchange.get(), *doors, watched->get());
  const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(
      std::chrono::steady_clock::now() - begun);
  console.out << " ms=" << took.count() << std::endl;
  log.write(exchange ? "ready" : "standing by",
            {{"party", node.identity().party}, {"ms", took.count()}});
  const End end = wait(exchange.get(), outside, shelves);
  if (end != End::writer) {
    api.end_taking();
    end_commits(
        node, log,
        {.all_answered = [&] { return api.all_answered(); }, .give_up = [&] { doors->give_up(); }});
    doors->settle();
  }
  if (end == End::trouble) tell_behind(console, *exchange->trouble());
  doors->close();  // no request comes any more; those begun are answered by ~Api
  return end;
}

}  // namespace

Exit serve(const Console& console, const Serve& what) {
  const auto begun = std::chrono::steady_clock::now();
  const ::sigset_t signals = block_signals();
  EndsAtOnce begins{console};
  Log log{console.err, what.log};

  node::keep_files_private();
  const std::filesystem::path dir = what.dir;
  const auto identity = identity_to_serve(console, what);
  if (!identity) return identity.error();
  node::RehearsalClock* by_hand = nullptr;
  const auto clock = serving_clock(dir, *identity, what.rehearsal, console, &by_hand);
  if (!clock) return console.fail(clock.error(), clock.error());
  node::SystemChance chance;
  auto settings = people::read_settings(dir);
  if (!settings) return console.fail(settings.error());
  const auto node = open_node(console, what, **clock, chance);
  if (!node) return node.error();
  const bool standby = (*node)->standby().has_value();
  if (const auto lost = exchange::lost_document((*node)->storage().files()); !lost.empty()) {
    const std::string words = texts::text(
        console.language, "serve.documents_lost",
        {{"file", lost}, {"mark", (*node)->storage().files().where(exchange::kKeptMark)}});
    return console.fail(words, words);
  }
  if (!standby) {
    if (auto taken = people::take_over(**node, dir); !taken) return console.fail(taken.error());
  }
  people::Roster roster{**node, dir};
  std::string origin = settings->origin;
  people::Entrance entrance{dir, roster, chance, std::move(*settings)};
  auto tables = follow(console, what, **node);
  if (!tables) return tables.error();
  node::DiskFloor disk{dir, static_cast<std::uint64_t>(what.disk_floor_mb) << 20, (*node)->gate()};
  Metrics metrics;
  Serving serving{.console = console,
                  .what = what,
                  .signals = signals,
                  .log = log,
                  .node = **node,
                  .clock = **clock,
                  .by_hand = by_hand,
                  .roster = roster,
                  .entrance = entrance,
                  .origin = std::move(origin),
                  .follower = tables->answering(),
                  .beside = tables->server.get(),
                  .disk = disk,
                  .metrics = metrics};
  auto end = serving.run(begun, std::move(begins));
  if (end && *end == End::writer) {
    const auto taken_over = std::chrono::steady_clock::now();
    log.write("this machine writes the journal now", {{"machine", node::machine_name(what.as)}});
    if (auto taken = people::take_over(**node, dir); !taken) return console.fail(taken.error());
    roster.reload();
    end = serving.run(taken_over, EndsAtOnce{console});
  }
  if (!end) return end.error();
  return *end == End::told ? Exit::done : Exit::usage;
}

}  // namespace bashu::cli
