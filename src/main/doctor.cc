#include "main/doctor.h"

#include <sys/timex.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <map>
#include <memory>
#include <utility>

#include "api/access_log.h"
#include "backup/backup.h"
#include "base/try.h"
#include "core/privacy/privacy.h"
#include "core/state.h"
#include "evidence/sm2.h"
#include "exchange/alarms.h"
#include "exchange/beside.h"
#include "exchange/circle.h"
#include "exchange/witness.h"
#include "journal/journal.h"
#include "journal/quorum.h"
#include "node/certificates.h"
#include "node/custody.h"
#include "node/directory.h"
#include "node/disk.h"
#include "node/files.h"
#include "node/guarded.h"
#include "node/identity.h"
#include "node/in_token.h"
#include "node/replay.h"
#include "node/snapshot.h"
#include "node/storage/directory.h"
#include "node/storage/directory_files.h"
#include "node/storage/object_files.h"
#include "node/storage/storage.h"
#include "people/passwords.h"
#include "postgres/connection.h"
#include "texts/texts.h"
#include "tokens/token.h"

namespace bashu::cli {

namespace fs = std::filesystem;

namespace {

constexpr std::int64_t kDayMs = 86'400'000;

std::int64_t now_ms() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
}
std::string days(std::int64_t ms) { return std::to_string(ms / kDayMs); }
std::string hours(std::int64_t ms) { return std::to_string(ms / 3'600'000); }
std::string mib(std::uint64_t bytes) { return std::to_string(bytes >> 20); }

// What was decided so far, from the newest sound snapshot and the entries after it.
struct Known {
  std::unique_ptr<core::State> state;
  std::uint64_t entries = 0;
  std::int64_t last_ms = 0;
};
std::expected<Known, Fault> read_state(const fs::path& dir, const std::string& party) {
  BASHU_TRY(const auto journal, node::open_directory(dir)->journal_to_read());
  Known known{.state = nullptr, .entries = journal->size(), .last_ms = 0};
  std::uint64_t from = 0;
  const node::DirectoryFiles files{dir};
  for (const std::uint64_t size : node::snapshots_kept(files)) {
    auto snapshot = node::read_snapshot(files, node::snapshot_name(size));
    if (!snapshot || snapshot->at.size > known.entries) continue;
    from = snapshot->at.size;
    known.state = std::move(snapshot->state);
    break;
  }
  if (!known.state) known.state = std::make_unique<core::State>(core::PartyId{party});
  BASHU_TRY(const node::Replayed tail, node::replay(*journal, from, known.entries, *known.state));
  known.last_ms = tail.time_ms;
  return known;
}

class Examiner {
 public:
  Examiner(const Examination& what, const node::Identity& identity)
      : what_{what}, identity_{identity} {}

  std::vector<Examined> run() {
    const auto known = read_state(what_.dir, identity_.party);
    versions();
    clock(known ? known->last_ms : 0);
    disk();
    files();
    vault();
    others();
    root();
    documents();
    doors();
    if (!known) {
      say(Level::fail, "journal", "doctor.journal_unreadable", {{"error", known.error().what}});
    } else {
      journal(known->entries);
      people(*known->state);
      keys(*known->state);
      calendar(*known->state);
      peers(*known->state);
      cosigned(*known);
      erasures(*known->state);
    }
    guard();
    backups();
    return std::move(found_);
  }

 private:
  // What to do stands under `doctor.todo.` and the same name.
  void say(Level level, std::string_view check, const std::string& key,
           const texts::Places& places = {}) {
    Examined one{.check = std::string{check},
                 .level = level,
                 .text = texts::text(what_.language, key, places),
                 .todo = {}};
    if (level != Level::ok) {
      const std::string name = key.substr(key.find('.') + 1);
      one.todo = texts::text(what_.language, "doctor.todo." + name, places);
    }
    found_.push_back(std::move(one));
  }

  void versions() {
    say(Level::ok, "versions", "doctor.version",
        {{"version", BASHU_VERSION}, {"party", identity_.party}, {"origin", identity_.origin}});
  }

  void clock(std::int64_t last_ms) {
    if (fs::exists(what_.dir / "rehearsal-day")) {
      say(Level::ok, "clock", "doctor.clock_rehearsal");
    } else if (last_ms > now_ms() + 2'000) {
      say(Level::fail, "clock", "doctor.clock_behind",
          {{"seconds", std::to_string((last_ms - now_ms()) / 1'000)}});
    }
    constexpr std::int64_t kRecentMs = 24 * 3'600'000;
    node::DirectoryFiles files{what_.dir};
    for (const exchange::Alarm& alarm : exchange::Alarms{files}.newest()) {
      if (alarm.code != "clock" || now_ms() - alarm.time_ms > kRecentMs) continue;
      say(Level::warn, "clock", "doctor.clock_apart", {{"text", alarm.text}});
      break;
    }
    ::timex state{};
    const int synchronised = ::ntp_adjtime(&state);
    if (synchronised == TIME_ERROR || (state.status & STA_UNSYNC) != 0) {
      say(Level::warn, "clock", "doctor.clock_free");
    } else {
      say(Level::ok, "clock", "doctor.clock_ok",
          {{"ms", std::to_string((state.maxerror + 999) / 1'000)}});
    }
  }

  void disk() {
    const auto free = node::disk_free(what_.dir);
    if (!free) {
      return say(Level::fail, "disk", "doctor.disk_unknown", {{"error", free.error().what}});
    }
    const texts::Places places{{"free", mib(*free)}, {"floor", mib(what_.disk_floor)}};
    constexpr std::uint64_t kTimesFloor = 4;
    if (*free < what_.disk_floor) {
      say(Level::fail, "disk", "doctor.disk_full", places);
    } else if (*free < kTimesFloor * what_.disk_floor) {
      say(Level::warn, "disk", "doctor.disk_low", places);
    } else {
      say(Level::ok, "disk", "doctor.disk_ok", places);
    }
  }

  void files() {
    std::string names;
    for (const std::string& name : node::open_to_all(what_.dir)) {
      names += (names.empty() ? "" : ", ") + name;
    }
    const texts::Places places{{"dir", what_.dir.string()}, {"files", names}};
    if (names.empty()) {
      say(Level::ok, "files", "doctor.files_ok", places);
    } else {
      say(Level::fail, "files", "doctor.files_open", places);
    }
  }

  void vault() {
    const auto storage = node::open_directory(what_.dir);
    if (!storage->files().has("vault.db") && !storage->files().has("vault.url")) {
      return say(Level::fail, "vault", "doctor.vault_missing");
    }
    const auto vault = storage->secrets(false);
    if (!vault) {
      return say(Level::fail, "vault", "doctor.vault_unreadable", {{"error", vault.error().what}});
    }
    const auto mark = (*vault)->setting("wrapped");
    const auto key = node::wrapping_key(storage->files());
    if (!key && storage->files().has(node::kVaultToken)) {
      return say(Level::warn, "vault", "doctor.vault_token", {{"error", key.error().what}});
    }
    if (!mark || !key) {
      return say(Level::fail, "vault", "doctor.vault_unreadable",
                 {{"error", mark ? key.error().what : mark.error().what}});
    }
    if (!*mark) return say(Level::warn, "vault", "doctor.vault_clear");
    if (key->empty()) return say(Level::warn, "vault", "doctor.vault_no_key");
    if (node::unwrap(*key, **mark).empty()) return say(Level::fail, "vault", "doctor.vault_other");
    say(Level::ok, "vault", "doctor.vault_ok");
  }

  // On how many disks a commit is before it is answered, of a journal on a server.
  void others() {
    const node::DirectoryFiles files{what_.dir};
    const auto url = node::journal_url(files);
    if (!url || url->empty()) return;
    const auto split = journal::split_quorum(*url);
    if (!split)
      return say(Level::fail, "quorum", "doctor.quorum_unreadable",
                 {{"error", split.error().what}});
    auto connection = postgres::PgConnection::open(*url);
    const auto names = connection ? connection->show("synchronous_standby_names")
                                  : std::unexpected{connection.error()};
    if (!names) return;  // the journal's own line says that its server does not answer
    journal::Quorum now = split->quorum;
    now.waited_for = journal::standbys_waited_for(*names);
    const texts::Places places{{"waits", std::to_string(now.waited_for)},
                               {"wanted", std::to_string(now.wanted)}};
    if (now.is_short()) {
      return say(now.holds_back ? Level::fail : Level::warn, "quorum", "doctor.quorum_short",
                 places);
    }
    const bool unsaid = !now.asked_for;
    say(unsaid ? Level::warn : Level::ok, "quorum",
        unsaid ? "doctor.quorum_unsaid" : "doctor.quorum_ok", places);
  }
  // Without a PIN: what it needs one for is not tried here.
  void root() {
    const std::string uri = node::root_token(identity_).value_or("");
    if (uri.empty()) return say(Level::ok, "root", "doctor.root_file");
    if (fs::exists(what_.dir / "keys" / "root.key")) {
      return say(Level::fail, "root", "doctor.root_left");
    }
    const auto place = tokens::Place::read(uri);
    const auto seen = place ? tokens::look(*place) : std::unexpected{place.error()};
    const auto key = seen ? tokens::public_key(*place) : std::unexpected{seen.error()};
    if (!key) {
      return say(Level::fail, "root", "doctor.root_away",
                 {{"error", key.error().text(what_.language)}});
    }
    const texts::Places places{{"token", seen->token}, {"uri", uri}};
    if (*key != identity_.root.public_key) {
      return say(Level::fail, "root", "doctor.root_other", places);
    }
    if (seen->pin_locked) return say(Level::fail, "root", "doctor.root_locked", places);
    if (seen->pin_spent) return say(Level::warn, "root", "doctor.root_pin", places);
    say(Level::ok, "root", "doctor.root_ok", places);
  }

  void documents() {
    const node::DirectoryFiles files{what_.dir};
    const auto url = node::documents_url(files);
    if (url && url->empty()) return;
    const auto store = url ? node::open_objects(*url) : std::unexpected{url.error()};
    std::string error;
    if (!store) {
      error = store.error().what;
    } else if (const auto well = (*store)->check(); !well) {
      error = well.error().what;
    }
    if (!error.empty()) {
      return say(Level::fail, "documents", "doctor.documents_away", {{"error", error}});
    }
    const auto names = files.list("blobs");
    const auto here = std::ranges::count_if(names, node::is_document_name);
    say(here == 0 ? Level::ok : Level::warn, "documents",
        here == 0 ? "doctor.documents_ok" : "doctor.documents_here",
        {{"count", std::to_string(here)}, {"url", *url}});
  }

  void doors() {
    const fs::path passwords = what_.dir / "passwords.json";
    const auto hashes = fs::exists(passwords) ? people::read_passwords(passwords)
                                              : std::expected<people::Passwords, Fault>{};
    if (!hashes) {
      say(Level::fail, "doors", "doctor.doors_passwords", {{"error", hashes.error().what}});
    }
    if (fs::exists(what_.dir / "access.log")) {
      const auto verdict = api::verify_access(what_.dir);
      if (!verdict || !*verdict) say(Level::fail, "doors", "doctor.doors_access");
    }
    const fs::path certificate = what_.dir / "keys" / "api.crt";
    if (!fs::exists(certificate)) return;
    const auto pem = node::read_file(certificate);
    const auto end = pem ? node::certificate_end(*pem) : std::unexpected{pem.error()};
    if (!end) {
      return say(Level::fail, "doors", "doctor.doors_certificate", {{"error", end.error().what}});
    }
    const std::int64_t left = *end * 1'000 - now_ms();
    constexpr std::int64_t kWarnDays = 21;
    if (left > kWarnDays * kDayMs) return;
    say(left < 0 ? Level::fail : Level::warn, "doors", "doctor.doors_certificate_ends",
        {{"days", days(left)}});
  }

  void journal(std::uint64_t entries) {
    const auto mark = node::read_file(what_.dir / "published");
    std::uint64_t published = 0;
    if (mark) {
      std::from_chars(mark->data(), mark->data() + std::min<std::size_t>(20, mark->size()),
                      published);
    }
    const texts::Places places{{"entries", std::to_string(entries)},
                               {"published", std::to_string(published)}};
    if (published > entries) return say(Level::fail, "journal", "doctor.journal_back", places);
    const auto snapshots = node::snapshots_kept(node::DirectoryFiles{what_.dir});
    const std::uint64_t covered = snapshots.empty() ? 0 : snapshots.front();
    constexpr std::uint64_t kSlowStart = 1'000'000;
    if (entries - std::min(covered, entries) > kSlowStart) {
      return say(Level::warn, "journal", "doctor.journal_slow", places);
    }
    say(Level::ok, "journal", "doctor.journal_ok", places);
  }

  // What this node would sign with now.
  [[nodiscard]] std::string revoked_in_use(const node::Directory& directory) const {
    std::vector<std::string> in_use{identity_.envelope.kid, identity_.log.kid, identity_.seal.kid};
    if (identity_.command) in_use.push_back(identity_.command->kid);
    if (const auto& second = identity_.second) {
      in_use.insert(in_use.end(), {second->envelope.kid, second->log.kid});
    }
    std::string found;
    for (const std::string& kid : in_use) {
      const auto key = directory.keys.find(kid);
      if (key == directory.keys.end() || key->second.revoked == 0) continue;
      found += (found.empty() ? "" : ", ") + kid;
    }
    return found;
  }

  void keys(const core::State& state) {
    const auto directory = node::make_directory(state.circle().records);
    if (!directory) {
      return say(Level::fail, "keys", "doctor.keys_unreadable", {{"error", directory.error()}});
    }
    if (!directory->formed) return say(Level::warn, "keys", "doctor.keys_no_circle");
    if (fs::exists(what_.dir / "keys" / "next"))
      return say(Level::warn, "keys", "doctor.keys_next");
    std::string behind;
    for (const std::string& one :
         exchange::keys_behind(node::DirectoryFiles{what_.dir}, *directory, identity_)) {
      behind += (behind.empty() ? "" : ", ") + one;
    }
    if (!behind.empty()) {
      return say(Level::fail, "keys", "doctor.keys_behind", {{"files", behind}});
    }
    if (const std::string revoked = revoked_in_use(*directory); !revoked.empty()) {
      return say(Level::fail, "keys", "doctor.keys_revoked", {{"kids", revoked}});
    }
    std::map<std::string, std::int64_t> last, newest;  // by algorithm: to, from
    for (const auto& [kid, key] : directory->keys) {
      if (key.party == identity_.party && key.role == "envelope" && key.revoked == 0) {
        last[key.alg] = std::max(last[key.alg], key.to);
        newest[key.alg] = std::max(newest[key.alg], key.from);
      }
    }
    if (directory->agreement.second && !last.contains(std::string{evidence::kSm2Algorithm})) {
      return say(Level::fail, "keys", "doctor.keys_second");
    }
    std::int64_t until = last["EdDSA"];
    for (const auto& [alg, to] : last) until = std::min(until, to);
    std::int64_t since = newest["EdDSA"];
    for (const auto& [alg, from] : newest) since = std::min(since, from);
    const std::int64_t left = until * 1'000 - now_ms();
    const std::int64_t due = since * 1'000 + exchange::kRenewAfterDays * kDayMs - now_ms();
    // A node that runs renews its own; the root may be where it cannot.
    constexpr std::int64_t kLateDays = 5;
    const texts::Places places{{"days", days(left)}, {"due", days(std::max<std::int64_t>(due, 0))}};
    // Keys of a rehearsal are dated by its clock.
    if (fs::exists(what_.dir / "rehearsal-day") || due > -kLateDays * kDayMs) {
      const bool twice = newest.size() > 1;
      return say(Level::ok, "keys", twice ? "doctor.keys_ok_second" : "doctor.keys_ok", places);
    }
    say(left > 0 ? Level::warn : Level::fail, "keys", "doctor.keys_old", places);
  }

  void people(const core::State& state) {
    std::size_t in_force = 0, passwords = 0;
    for (const auto& [id, one] : state.circle().people.principals) {
      const bool counts = one.in_force(state.circle().today);
      in_force += counts ? 1U : 0U;
      passwords += counts && id.starts_with("user:") && !one.set.proof.empty() ? 1U : 0U;
    }
    if (passwords > 0 && !fs::exists(what_.dir / "passwords.json")) {
      say(Level::fail, "doors", "doctor.doors_missing", {{"count", std::to_string(passwords)}});
    }
    say(in_force > 0 ? Level::ok : Level::warn, "doors",
        in_force > 0 ? "doctor.doors_ok" : "doctor.doors_nobody",
        {{"count", std::to_string(in_force)}});
  }

  void calendar(const core::State& state) {
    const Date today = state.circle().today;
    for (const auto& [party, joined] : state.circle().parties) {
      if (!joined.member) continue;
      const auto held = state.circle().calendars.find(party);
      if (held == state.circle().calendars.end()) {
        say(Level::warn, "calendar", "doctor.calendar_none", {{"party", party}});
        continue;
      }
      Date last;
      for (const auto* some : {&held->second.holidays, &held->second.workdays}) {
        if (!some->empty()) last = std::max(last, *some->rbegin());
      }
      const texts::Places places{{"party", party},
                                 {"version", std::to_string(held->second.version)},
                                 {"last", last.text()}};
      // The next year's notice comes in November.
      const int needed = today.month() == 12 ? today.year() + 1 : today.year();
      say(last.year() >= needed ? Level::ok : Level::warn, "calendar",
          last.year() >= needed ? "doctor.calendar_ok" : "doctor.calendar_short", places);
    }
  }

  // A certificate of the peer's that the agreement in force names.
  bool has_certificate(const std::optional<node::Directory>& directory, const std::string& party) {
    const evidence::PartyRecord* named = directory ? directory->agreement.party(party) : nullptr;
    return named &&
           !exchange::peer_authorities(node::DirectoryFiles{what_.dir}, party, named->tls_ca)
                .empty();
  }

  void peers(const core::State& state) {
    const auto made = node::make_directory(state.circle().records);
    const auto directory = made ? std::optional{*made} : std::nullopt;
    for (const auto& [party, joined] : state.circle().parties) {
      if (party == identity_.party || !joined.member) continue;
      const core::Outbox& outbox = state.outbox(party);
      const std::size_t held = state.inbox(party).held.size();
      const std::int64_t backlog =
          outbox.last - outbox.acked - static_cast<std::int64_t>(outbox.beyond.size());
      const texts::Places places{{"party", party},
                                 {"sent", std::to_string(outbox.last)},
                                 {"backlog", std::to_string(backlog)},
                                 {"held", std::to_string(held)},
                                 {"reason", outbox.stopped}};
      if (!outbox.stopped.empty()) {
        say(Level::fail, "peers", "doctor.peers_stopped", places);
      } else if (!has_certificate(directory, party)) {
        say(Level::fail, "peers", "doctor.peers_certificate", places);
      } else if (held > 0) {
        say(Level::warn, "peers", "doctor.peers_held", places);
      } else if (constexpr std::int64_t kMany = 1'000; backlog > kMany) {
        say(Level::warn, "peers", "doctor.peers_backlog", places);
      } else {
        say(Level::ok, "peers", "doctor.peers_ok", places);
      }
    }
  }

  // What the others could prove of this journal if it were taken back.
  void cosigned(const Known& known) {
    const auto directory = node::make_directory(known.state->circle().records);
    if (!directory) return;
    for (const auto& [party, joined] : known.state->circle().parties) {
      if (party == identity_.party || !joined.member) continue;
      if (exchange::witness_keys(*directory, party).empty()) continue;
      const auto read =
          exchange::cosigned_by(node::DirectoryFiles{what_.dir}, *directory, identity_, party);
      const std::uint64_t entries = read ? read->size : 0;
      const std::uint64_t behind = known.entries - std::min(known.entries, entries);
      const std::string on =
          read ? Date::from_days(static_cast<std::int32_t>(read->time_s / 86'400)).text() : "";
      const texts::Places places{{"party", party},
                                 {"entries", std::to_string(entries)},
                                 {"all", std::to_string(known.entries)},
                                 {"behind", std::to_string(behind)},
                                 {"on", on}};
      constexpr std::uint64_t kMany = 1'000;
      const bool far = behind > kMany || !read;
      say(far ? Level::warn : Level::ok, "cosigned",
          far ? "doctor.cosigned_behind" : "doctor.cosigned", places);
    }
  }

  void guard() {
    if (node::is_guarded(node::DirectoryFiles{what_.dir}))
      say(Level::warn, "journal", "doctor.guarded");
  }

  // Who has not answered in time, and keys that are destroyed here and still in a backup.
  void erasures(const core::State& state) {
    std::optional<Date> newest;
    for (const auto& [number, one] : state.circle().orders) {
      if (one.order.kind != "erase") continue;
      if (one.ended) newest = std::max(newest.value_or(one.ended->on), one.ended->on);
      if (!core::is_late(one, state.circle().today)) continue;
      say(Level::warn, "privacy", "doctor.erasure_late",
          {{"order", std::to_string(number)}, {"until", one.order.until->text()}});
    }
    const auto last = backup::last_backup(what_.dir);
    if (!newest || !last || !last->vault) return;
    const Date made = Date::from_days(static_cast<std::int32_t>(last->made_ms / kDayMs));
    if (made > *newest) return;
    say(Level::warn, "privacy", "doctor.erasure_backup",
        {{"on", newest->text()}, {"made", made.text()}});
  }

  void backups() {
    const auto last = backup::last_backup(what_.dir);
    if (!last) return say(Level::warn, "backup", "doctor.backup_none");
    const std::int64_t age = now_ms() - last->made_ms;
    const texts::Places places{
        {"hours", hours(age)}, {"number", std::to_string(last->number)}, {"to", last->to}};
    constexpr std::int64_t kOldMs = 26 * 3'600'000, kVeryOldMs = 7 * kDayMs;
    if (age > kOldMs) {
      return say(age > kVeryOldMs ? Level::fail : Level::warn, "backup", "doctor.backup_old",
                 places);
    }
    if (!last->vault) return say(Level::warn, "backup", "doctor.backup_no_vault", places);
    say(Level::ok, "backup", "doctor.backup_ok", places);
  }

  const Examination& what_;
  const node::Identity& identity_;
  std::vector<Examined> found_;
};

}  // namespace

std::expected<std::vector<Examined>, Fault> examine(const Examination& what) {
  BASHU_TRY(const node::Identity identity, node::load_identity(what.dir));
  return Examiner{what, identity}.run();
}

}  // namespace bashu::cli
