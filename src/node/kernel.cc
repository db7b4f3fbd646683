#include "node/kernel.h"

#include <algorithm>
#include <iostream>
#include <optional>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "base/assert.h"
#include "base/json.h"
#include "base/together.h"
#include "core/core.h"
#include "core/privacy/privacy.h"
#include "evidence/envelope.h"
#include "evidence/grammar.h"
#include "evidence/in_force.h"
#include "evidence/tree.h"
#include "node/codec.h"
#include "node/in_token.h"
#include "node/leap.h"
#include "node/replay.h"
#include "node/snapshot.h"

namespace bashu::node {

namespace {

// A message, or the receipt of one, was checked before a key that signed it was revoked.
bool comes_too_late(const Request& request, const Directory& now) {
  const auto* ack = std::get_if<core::AckMessage>(&request.command);
  if (!ack) return evidence::speaks_revoked(request.evidence, now.keys);
  const evidence::PartyRecord* answering = now.agreement.party(ack->to);
  return answering &&
         evidence::signed_revoked(
             request.evidence, {.party = answering->party, .origin = answering->origin}, now.keys);
}

constexpr std::size_t kDecisionMax = 40U << 20;  // with its envelopes; a commit holds 64 MiB
constexpr std::uint64_t kEntriesMax = 50'000;    // of one decision; a commit holds 65,536
constexpr std::size_t kSaltSize = 16;
constexpr std::size_t kSaltsDrawn = 64;           // together: a system call for each would show
constexpr std::size_t kSmall = 4U << 10;          // of a decision
constexpr std::uint64_t kFeedLinesPerEntry = 10;  // in the price of a replay
constexpr std::size_t kSnapshotsKept = 2;
constexpr std::size_t kAnsweredTogether = 8;

Fault fault(std::string what) { return Fault{.what = std::move(what)}; }

template <typename... Cases>
struct Overloaded : Cases... {
  using Cases::operator()...;
};

// A reason as the grammar of entries has it; `-` if there is none.
std::string token_of(std::string_view reason) {
  constexpr std::size_t kTokenMax = 64;
  std::string token{reason.substr(0, kTokenMax)};
  for (char& c : token) {
    const bool fits = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '_';
    if (!fits) c = '-';
  }
  return evidence::is_token(token) ? token : "-";
}

bool changes_circle(const core::Event& event) {
  return std::holds_alternative<core::PackAdopted>(event) ||
         std::holds_alternative<core::PartyJoined>(event) ||
         std::holds_alternative<core::PrincipalSet>(event) ||
         std::holds_alternative<core::PrincipalEnded>(event) ||
         std::holds_alternative<core::ApprovalAsked>(event) ||
         std::holds_alternative<core::ApprovalClosed>(event) ||
         std::holds_alternative<core::SubstituteSet>(event) ||
         std::holds_alternative<core::PrivacyOrdered>(event) ||
         std::holds_alternative<core::PrivacyOrderEnded>(event) ||
         std::holds_alternative<core::DayBegun>(event);
}

// A log whose end is lost goes on with the edition that names its successor, and with nothing
// before.
bool awaits_successor(const Directory& directory, const Identity& own) {
  const evidence::PartyRecord* party =
      directory.formed ? directory.agreement.party(own.party) : nullptr;
  return party && !own.predecessors.empty() && party->origin != own.origin;
}

// The command record of what the node does by itself.
std::string own_record(std::string_view command, Value::Record more) {
  more["command"] = command;
  more["principal"] = "system";
  return canonical_json(more);
}

}  // namespace

Kernel::Kernel(Parts parts, Identity identity, std::unique_ptr<Archive> archive,
               std::unique_ptr<Vault> vault, HighMark mark, CrashMark deciding)
    : parts_{std::move(parts)},
      identity_{std::move(identity)},
      archive_{std::move(archive)},
      vault_{std::move(vault)},
      mark_{std::move(mark)},
      deciding_now_{std::move(deciding)},
      sealer_{identity_, *archive_, *vault_, *parts_.chance} {}

std::expected<std::unique_ptr<Kernel>, StartFault> Kernel::open(Parts parts) {
  auto journal = parts.storage->journal();
  if (!journal) return std::unexpected{journal.error()};
  return open_on(std::move(parts), std::move(*journal), nullptr);
}

std::expected<std::unique_ptr<Kernel>, StartFault> Kernel::follow(Parts parts) {
  auto journal = parts.storage->follow();
  if (!journal) return std::unexpected{journal.error()};
  journal::Followed* const followed = journal->get();
  const std::uint64_t size = followed->behind();
  if (size == 0) {
    return std::unexpected{StartFault{
        fault("there is no journal to follow yet: start the node that writes it first")}};
  }
  followed->advance(size);
  return open_on(std::move(parts), std::move(*journal), followed);
}

std::expected<std::unique_ptr<Kernel>, StartFault> Kernel::open_on(
    Parts parts, std::unique_ptr<journal::Journal> journal, journal::Followed* followed) {
  Storage& storage = *parts.storage;
  auto identity = load_identity(storage.files());
  if (!identity) return std::unexpected{identity.error()};
  auto mark = HighMark::open(storage);
  if (!mark) return std::unexpected{mark.error()};
  // First of all: a journal that was taken back must not even be indexed.
  const std::uint64_t size = journal->size();
  if (mark->mark().size > size) {
    return std::unexpected{
        StartFault{fault("rollback: the journal has " + std::to_string(size) +
                         " entries, but a checkpoint over " + std::to_string(mark->mark().size) +
                         " has left; restore the missing commits from a backup"),
                   evidence::Standing::rollback}};
  }
  const auto shown = load_public_identity(storage.files());
  if (!shown) return std::unexpected{shown.error()};
  auto archive = Archive::open(storage, std::move(journal), *shown);
  if (!archive) return std::unexpected{archive.error()};
  if ((*archive)->root_at(mark->mark().size) != mark->mark().root && mark->mark().size > 0) {
    return std::unexpected{
        StartFault{fault("fork: the journal is not the one whose checkpoint over " +
                         std::to_string(mark->mark().size) + " entries has left"),
                   evidence::Standing::fork}};
  }
  auto secrets = storage.secrets(size == 0);
  if (!secrets) return std::unexpected{secrets.error()};
  auto wrapping = wrapping_key(storage.files());
  if (!wrapping) return std::unexpected{wrapping.error()};
  auto* const late_eraser = dynamic_cast<LateEraser*>(secrets->get());
  auto vault = open_vault(std::move(*secrets), *parts.chance, std::move(*wrapping));
  if (!vault) return std::unexpected{vault.error()};
  auto deciding = CrashMark::open(storage);
  if (!deciding) return std::unexpected{deciding.error()};
  auto kernel =
      std::make_unique<Kernel>(std::move(parts), std::move(*identity), std::move(*archive),
                               std::move(*vault), std::move(*mark), std::move(*deciding));
  kernel->followed_ = followed;
  kernel->late_eraser_ = late_eraser;
  if (auto loaded = kernel->load(); !loaded) return std::unexpected{loaded.error()};
  return kernel;
}

// What was taken here never became durable on the servers that are left.
std::unexpected<Fault> Kernel::apart(const std::string& why) {
  static_cast<void>(storage().tree(0));
  static_cast<void>(storage().index(0));
  return std::unexpected{
      fault("what was followed is not what the journal holds: " + why +
            "; tree and index were dropped and are made again from the journal")};
}

std::expected<void, Fault> Kernel::take(const std::vector<journal::Commit>& commits) {
  if (vault_->token_key().empty()) vault_->look_for_token_key();
  for (const journal::Commit& commit : commits) {
    const auto record = evidence::decode_commit(commit.record);
    if (!record) return apart(record.error().code);
    if (record->first != next_) return apart("commit-order");
    if (auto taken = take(*record); !taken) return taken;
  }
  return {};
}

std::expected<void, Fault> Kernel::take(const evidence::CommitRecord& record) {
  const std::uint64_t size = record.first + record.entries.size();
  if (auto sound = archive_->follow(record, [&] { followed_->advance(size); }); !sound) {
    return apart(sound.error().what);
  }
  bool signed_anew = false;
  const auto seen = [&](const core::Event& event) {
    signed_anew = signed_anew || std::holds_alternative<core::RecordSigned>(event);
    if (changes_circle(event)) circle_changes_.fetch_add(1, std::memory_order_release);
    // Only what the writer says it has destroyed. The order before that may have been read from a
    // server that has it alone: were it lost with that one, its keys would be missing.
    const auto* ended = std::get_if<core::PrivacyOrderEnded>(&event);
    const auto order = state_->circle().orders.find(ended ? ended->number : 0);
    if (order != state_->circle().orders.end() && order->second.order.kind == "erase") {
      carry_out(order->second.order, true);
    }
  };
  const auto done = replay(record, next_, *state_, seen);
  if (!done) return std::unexpected{done.error()};
  if (signed_anew) {
    auto directory = make_directory(state_->circle().records);
    if (!directory) return std::unexpected{fault("records of the circle: " + directory.error())};
    deciding_ = std::make_shared<const Directory>(std::move(*directory));
    archive_->learn(deciding_->log_keys(identity_.party));
    const std::lock_guard lock{guard_};
    directory_ = deciding_;
  }
  since_snapshot_ += size - next_ + done->weight / kFeedLinesPerEntry;
  next_ = size;
  last_time_ = done->time_ms;
  durable_.store(size, std::memory_order_release);
  return {};
}

std::expected<void, Fault> Kernel::begin_writing(Batch& batch, const journal::Commit& last,
                                                 const core::TakeOver& what) {
  const auto record = evidence::decode_commit(last.record);
  if (!record) return apart(record.error().code);
  if (record->first + record->entries.size() != next_ ||
      record->checkpoint != archive_->checkpoint()) {
    return apart("it ends with another checkpoint");
  }
  if (auto done = mark_.raise({.size = next_, .root = *archive_->root_at(next_)}); !done) {
    return done;
  }
  followed_->begin();
  followed_ = nullptr;
  vault_->look_for_token_key();
  // The writer before may have ended between an order and its keys.
  erase_again();
  batch.first = next_;
  handle(batch,
         {.command = what,
          .evidence = own_record(
              "take_over", {{"epoch", what.epoch}, {"holder", what.holder}, {"by", what.word_of}})},
         nullptr);
  return {};
}

std::expected<void, Fault> Kernel::load() {
  const std::uint64_t size = archive_->size();
  std::uint64_t from = 0;
  const FileStore& files = storage().files();
  for (const std::uint64_t kept : snapshots_kept(files)) {
    const std::string name = snapshot_name(kept);
    if (of_earlier_format(files, name)) continue;
    auto snapshot = read_snapshot(files, name);
    // A snapshot can be made again; what is not sound, or of another journal, is passed over.
    if (snapshot && snapshot->at.size <= size &&
        archive_->root_at(snapshot->at.size) == snapshot->at.root) {
      from = snapshot->at.size;
      state_ = std::move(snapshot->state);
      break;
    }
    std::cerr << (snapshot ? files.where(name) + ": of another journal" : snapshot.error().what)
              << "; passed over\n";
  }
  if (!state_) state_ = std::make_unique<core::State>(identity_.party);
  // The last entry again even if a snapshot covers it: for its time.
  const auto tail = replay(archive_->journal(), from, size, *state_);
  if (!tail) return std::unexpected{tail.error()};
  last_time_ = tail->time_ms;
  if (size > 0 && tail->time_ms == 0) {
    const auto last = archive_->entry(size - 1);
    const auto leaf = last ? evidence::parse_entry(last->leaf)
                           : evidence::Verified<evidence::EntryLeaf>{
                                 std::unexpected{evidence::Bad{"entry-grammar"}}};
    if (!leaf) return std::unexpected{fault("the last entry of the journal cannot be read")};
    last_time_ = static_cast<std::int64_t>(leaf->time);
  }
  next_ = size;
  durable_ = size;
  since_snapshot_ = tail->weight / kFeedLinesPerEntry + (size - from);
  auto directory = make_directory(state_->circle().records);
  if (!directory) return std::unexpected{fault("records of the circle: " + directory.error())};
  deciding_ = std::make_shared<const Directory>(std::move(*directory));
  directory_ = deciding_;
  if (!followed_) {
    if (auto may = may_write(); !may) return may;
  }
  archive_->learn(deciding_->log_keys(identity_.party));
  if (auto sound = archive_->check_signed(); !sound) return sound;
  erase_again();
  return size == 0 ? begin() : std::expected<void, Fault>{};
}

std::expected<void, Fault> Kernel::may_write() {
  const auto known = directory();
  const auto log = known->keys.find(identity_.log.kid);
  if (log == known->keys.end() || log->second.revoked == 0) return {};
  return std::unexpected{
      fault("the log key of this machine, " + identity_.log.kid +
            ", is revoked: nothing is written under it. The one that replaces it waits in "
            "keys/next for the next start of the machine it was made on; any other machine is "
            "given node.json and keys/ of that one, and started again")};
}

// The vault may be one from before the orders, or the process may have ended between an order and
// its keys.
void Kernel::erase_again() {
  for (const auto& [number, one] : state_->circle().orders) {
    // Of a journal that another one writes: as in take().
    if (one.order.kind != "erase" || (followed_ && !one.ended)) continue;
    carry_out(one.order, one.ended.has_value());
  }
}

void Kernel::carry_out(const core::PrivacyOrdered& erase, bool finished) {
  vault_->erase(erase.keys, {.order = erase.number, .on = erase.on});
  if (late_eraser_) {
    const std::lock_guard lock{guard_};
    erasing_.push_back({.number = finished ? 0 : erase.number, .subject = erase.subject});
    return;
  }
  vault_->forget_person(erase.subject);
  if (finished) return;
  const std::lock_guard lock{guard_};
  carried_out_.push_back(erase.number);
}

std::expected<void, Fault> Kernel::erase_what_waits() {
  std::vector<Erasing> orders;
  {
    const std::lock_guard lock{guard_};
    orders.swap(erasing_);
  }
  for (const Erasing& order : orders) vault_->forget_person(order.subject);
  auto done = late_eraser_->waits() ? late_eraser_->erase_now() : std::expected<void, Fault>{};
  const std::lock_guard lock{guard_};
  for (Erasing& order : orders) {
    if (!done) {
      erasing_.push_back(std::move(order));
    } else if (order.number != 0) {
      carried_out_.push_back(order.number);
    }
  }
  return done;
}

void Kernel::finish_erasures(Batch& batch) {
  std::vector<std::int64_t> done;
  {
    const std::lock_guard lock{guard_};
    done.swap(carried_out_);
  }
  for (const std::int64_t number : done) {
    handle(batch,
           {.command = core::FinishErasure{.number = number},
            .evidence = own_record("finish_erasure", {{"order", number}})},
           [this, number](const Outcome& outcome) {
             if (std::holds_alternative<Done>(outcome)) return;
             const std::lock_guard lock{guard_};  // the receipt cannot be sent now
             carried_out_.push_back(number);
           });
  }
}

// A part of all cases and records each time, so that what others ask for is decided between; then
// so many keys a decision. What is held is looked at again on the next day.
void Kernel::end_retention(Batch& batch, Date today) {
  constexpr std::int64_t kPauseMs = 20;
  constexpr std::size_t kLookMax = 1'000;
  if (retained_on_ == today || state_->circle().today != today) return;
  if (retaining_on_ != today) retention_.emplace(retaining_on_ = today);
  const std::int64_t now = parts_.clock->now().unix_ms;
  if (now >= looked_ && now - looked_ < kPauseMs) return;
  looked_ = now;
  if (retention_->look(*state_, kLookMax)) return;
  handle(batch,
         {.command = core::EndRetention{},
          .evidence = own_record("end_retention", {{"day", today.text()}})},
         nullptr);
  if (!retention_->is_taken()) return;
  retained_on_ = today;
  retention_.reset();
}

std::expected<void, Fault> Kernel::begin() {
  Batch batch = this->batch();
  Item genesis;
  genesis.writes = true;
  genesis.time_ms = moment().now.unix_ms;
  genesis.kind = "genesis";
  genesis.effect = encode(Genesis{.party = identity_.party,
                                  .origin = identity_.origin,
                                  .predecessor = {},
                                  .predecessor_size = 0,
                                  .predecessor_root = {}});
  last_time_ = genesis.time_ms;
  next_ = 1;
  batch.entries = 1;
  batch.items.push_back(std::move(genesis));
  return write(std::move(batch));
}

Date Kernel::today() {
  const Date begun = state_->circle().today;
  const Date ours = parts_.clock->today();
  if (ours <= begun) return begun;
  if (!peer_times_) return ours;
  if (has_peers(state_->circle().parties, state_->circle().own) &&
      is_leap(begun, ours, *peer_times_, *parts_.clock))
    return begun;
  return std::max(begun, peer_times_->confirmed(ours, *parts_.clock));
}

core::Moment Kernel::moment() {
  // Neither time nor day ever go back: entries are in the order of their times.
  core::Moment now{.now = parts_.clock->now(), .today = today(), .salt = salt()};
  now.now.unix_ms = std::max(now.now.unix_ms, last_time_);
  return now;
}

std::string Kernel::salt() {
  if (salts_.size() < kSaltSize) salts_ = parts_.chance->bytes(kSaltSize * kSaltsDrawn);
  std::string one = salts_.substr(salts_.size() - kSaltSize);
  salts_.resize(salts_.size() - kSaltSize);
  return one;
}

std::expected<core::Decision, Reject> Kernel::decide(const core::Command& command,
                                                     const core::Moment& at) {
  if (std::holds_alternative<core::EndRetention>(command)) {
    return core::decide_retention(*state_, *retention_, at);
  }
  const auto* take = std::get_if<core::TakeMessage>(&command);
  if (!take || take->from == identity_.party) return core::decide(*state_, command, at);
  constexpr int kCrashesMax = 2;
  if (deciding_now_.crashes(take->from, take->seq) >= kCrashesMax &&
      state_->inbox(take->from).next == take->seq) {
    // It has brought the node down twice. Put aside undecided, it no longer stops the others.
    return core::Decision{.events = {core::MessageTaken{.from = take->from,
                                                        .seq = take->seq,
                                                        .id = take->message_id,
                                                        .kind = take->kind,
                                                        .stream = take->stream,
                                                        .outcome = "held",
                                                        .reason = "internal"},
                                     core::MessageHeld{.from = take->from,
                                                       .seq = take->seq,
                                                       .kind = take->kind,
                                                       .stream = take->stream,
                                                       .pack = take->pack,
                                                       .reason = "internal",
                                                       .body = take->body}},
                          .answer = Value{Value::Record{}},
                          .refused = {},
                          .outcome = "held",
                          .reason = "internal"};
  }
  deciding_now_.begin(take->from, take->seq);
  auto decision = core::decide(*state_, command, at);
  deciding_now_.end();
  return decision;
}

void Kernel::tick(Batch& batch) {
  if (awaits_successor(*deciding_, identity_)) return;
  const Date today = this->today();
  // Within a day only a decision can make a clock due, and nobody waits for it: look now and then.
  constexpr std::int64_t kLookMs = 1'000;
  const std::int64_t now = parts_.clock->now().unix_ms;
  if (today == tried_on_ && now >= ticked_ && now - ticked_ < kLookMs) {
    if (retention_) end_retention(batch, today);
    return;
  }
  ticked_ = now;
  if (today != state_->circle().today) {
    handle(batch,
           {.command = core::BeginDay{.day = today},
            .evidence = own_record("begin_day", {{"day", today.text()}})},
           nullptr);
  }
  finish_erasures(batch);
  end_retention(batch, today);
  late_ =
      static_cast<std::size_t>(std::ranges::count_if(state_->circle().orders, [&](const auto& one) {
        return one.second.order.kind == "erase" && core::is_late(one.second, today);
      }));
  if (tried_on_ != today) {
    tried_.clear();
    tried_on_ = today;
  }
  // What fires may make others due; what is refused stays due and is not asked again today.
  for (bool more = true; more;) {
    more = false;
    for (const core::State::Due& due : state_->due(today)) {
      if (!tried_.insert(due).second) continue;
      more = true;
      handle(batch,
             {.command = core::FireClock{.id = due.id, .clock = due.clock},
              .evidence = own_record("fire_clock", {{"case", due.id}, {"clock", due.clock}})},
             nullptr);
    }
  }
}

void Kernel::refuse(Batch& batch, Reject why, std::function<void(Outcome)> done) {
  if (!done) return;
  Item item;
  item.answer = std::move(why);
  item.done = std::move(done);
  batch.items.push_back(std::move(item));
}

void Kernel::wait(Batch& batch, std::function<void()> done) {
  Item item;
  item.answer = Done{};
  item.done = [done = std::move(done)](const Outcome& /*outcome*/) { done(); };
  batch.items.push_back(std::move(item));
}

void Kernel::handle(Batch& batch, Request request, std::function<void(Outcome)> done) {
  if (request.evidence.size() > evidence::kEvidenceMax) {
    return refuse(batch,
                  reject(RejectCode::too_large, "request", "A request holds at most 2 MiB",
                         "一次请求最多 2 MiB"),
                  std::move(done));
  }
  const auto* adopting = std::get_if<core::AdoptRecord>(&request.command);
  if (awaits_successor(*deciding_, identity_) &&
      !(adopting && adopting->record.what == "agreement")) {
    return refuse(batch,
                  reject(RejectCode::not_ready, {},
                         "The end of this journal is lost: it goes on with the agreed edition that "
                         "names its successor (bashu circle adopt)",
                         "本日志尾部已遗失：须先采用指明后继日志的协议版次（bashu circle adopt）"),
                  std::move(done));
  }
  if (request.under && request.under != deciding_ && comes_too_late(request, *deciding_)) {
    // Revoked since it was checked. Who sent it sends it again, and is told then.
    return refuse(batch,
                  reject(RejectCode::not_ready, {}, "A key of this message was revoked meanwhile",
                         "该消息的密钥刚刚被撤销"),
                  std::move(done));
  }
  std::shared_ptr<const Directory> adopted;
  if (const auto* adopt = std::get_if<core::AdoptRecord>(&request.command)) {
    auto records = state_->circle().records;
    const core::RecordSigned& record = adopt->record;
    records[(record.party.empty() ? record.what : record.what + "/" + record.party) + "/" +
            std::to_string(record.edition)] = record.bytes;
    auto directory = make_directory(records);
    if (!directory) {
      return refuse(batch, reject(RejectCode::chain, "record", directory.error()), std::move(done));
    }
    adopted = std::make_shared<const Directory>(std::move(*directory));
  }
  const core::Moment now = moment();
  auto decision = decide(request.command, now);
  if (!decision) return refuse(batch, std::move(decision.error()), std::move(done));
  Item item;
  item.done = std::move(done);
  if (request.dry_run || decision->events.empty()) {
    if (!item.done) return;
    item.answer = Done{.position = next_ - 1, .decision = std::move(*decision), .receipt = {}};
    batch.items.push_back(std::move(item));
    return;
  }
  std::uint64_t entries = 1;
  const std::size_t before = batch.bytes;
  if (auto why = unfit(request, *decision, now.now, batch, entries)) {
    return refuse(batch, std::move(*why), std::move(item.done));
  }
  for (const core::Event& event : decision->events) {
    state_->apply(event);
    if (retention_) retention_->changed(*state_, event);
    if (changes_circle(event)) circle_changes_.fetch_add(1, std::memory_order_release);
  }
  if (adopted) {
    deciding_ = std::move(adopted);
    item.adopts = true;
  }
  last_time_ = now.now.unix_ms;
  item.writes = true;
  item.index = next_;
  item.time_ms = last_time_;
  item.directory = deciding_;
  label(item, request.command, *decision);
  // Where many small ones share a commit the writer has more to do than this thread.
  if (batch.bytes - before <= kSmall) item.effect = encode(decision->events);
  item.evidence = std::move(request.evidence);
  item.spent = std::move(request.command);
  item.answer = Done{.position = next_, .decision = std::move(*decision), .receipt = {}};
  next_ += entries;
  batch.entries += entries;
  batch.items.push_back(std::move(item));
}

std::optional<Reject> Kernel::unfit(const Request& request, const core::Decision& decision,
                                    Instant at, Batch& batch, std::uint64_t& entries) {
  const auto too_large = [](const char* where) {
    return reject(RejectCode::too_large, where, "The decision is too large for one entry",
                  "该决定超出单条记录的上限");
  };
  const Weight weight = weigh(decision.events);
  if (weight.bytes > evidence::kEffectMax || weight.depth > kValueDepthMax)
    return too_large("events");
  const std::int64_t now = at.unix_ms / 1000;
  std::size_t bytes = weight.bytes + request.evidence.size();
  const auto* resolving = std::get_if<core::ResolveHeld>(&request.command);
  if (resolving) {
    const auto taken = archive_->find(journal::Trace::taken, resolving->from, resolving->seq);
    const std::string id = evidence::message_id_of(request.evidence);
    if (id.empty() || (taken && hex(taken->id) != id)) {
      return reject(RejectCode::malformed, "evidence", "This is not the envelope of that message",
                    "这不是该消息的信封");
    }
  }
  const auto cannot_sign = [&]() -> std::optional<Reject> {
    // A message must not be signed by a key that peers do not hold or that has ended.
    const auto key = deciding_->keys.find(identity_.envelope.kid);
    if (key != deciding_->keys.end() && key->second.key == identity_.envelope.public_key &&
        key->second.revoked == 0 && now < key->second.to) {
      return std::nullopt;
    }
    return reject(RejectCode::not_ready, {}, "This node has no key in force to sign messages with",
                  "本节点没有可用于签署消息的有效密钥");
  };
  for (const core::Event& event : decision.events) {
    if (const auto* again = std::get_if<core::MessageResent>(&event)) {
      const auto before = archive_->message_sent(again->to, again->seq);
      if (!before || !must_be_signed_again(*before, *deciding_, identity_.party, again->to)) {
        return reject(RejectCode::malformed, "seq", "This message is signed by keys in force",
                      "该消息由有效密钥签署");
      }
      if (auto why = cannot_sign()) return why;
      bytes += before->size() + 512;
    }
    if (const auto* resolved = std::get_if<core::MessageResolved>(&event)) {
      if (resolving && resolved->seq == resolving->seq) continue;
      ++entries;
      bytes += evidence::kEnvelopeMax;
    }
    const auto* queued = std::get_if<core::MessageQueued>(&event);
    if (!queued) continue;
    ++entries;
    const std::size_t payload = payload_bound(*queued);
    if (payload > static_cast<std::size_t>(deciding_->agreement.max_payload)) {
      return reject(RejectCode::too_large, {}, "The message to " + queued->to + " is too large",
                    "发往 " + queued->to + " 的消息过大");
    }
    bytes += payload + payload / 2 + 512;
    if (auto why = cannot_sign()) return why;
  }
  if (bytes > kDecisionMax || entries > kEntriesMax) return too_large("events");
  batch.bytes += bytes;
  batch.events += weight.events;
  return std::nullopt;
}

void Kernel::label(Item& item, const core::Command& command, const core::Decision& decision) const {
  item.kind = "local";
  const auto answer = [&](std::string_view kind, const core::PartyId& from, std::int64_t seq) {
    item.kind = kind;
    item.channel = deciding_->channel(from, identity_.party);
    item.seq = seq;
    item.outcome = decision.outcome;
    item.reason = token_of(decision.reason);
  };
  std::visit(Overloaded{[&](const core::TakeMessage& take) {
                          if (take.from == identity_.party) return;  // core/peers/recall.h
                          answer("recv", take.from, take.seq);
                          item.message_id = take.message_id;
                          item.wants_receipt = true;
                        },
                        [&](const core::AckMessage& ack) {
                          item.kind = "ack";
                          item.channel = deciding_->channel(identity_.party, ack.to);
                          item.seq = ack.seq;
                        },
                        [&](const core::ResendMessage& again) {
                          item.kind = "resend";
                          item.channel = deciding_->channel(identity_.party, again.to);
                          item.seq = again.seq;
                        },
                        [&](const core::AdoptRecord& adopt) {
                          item.kind = adopt.record.what == "keys" ? "keys" : "agreement";
                        },
                        [](const auto& /*other*/) {}},
             command);
  // Giving a message up, or deciding it again: its envelope is the evidence.
  if (const auto* resolve = std::get_if<core::ResolveHeld>(&command)) {
    answer("resolve", resolve->from, resolve->seq);
  }
}

std::expected<void, Fault> Kernel::write(Batch batch) {
  Sealer::Sealed sealed;
  if (batch.entries > 0) {
    for (Item& item : batch.items) {
      if (item.kind == "resolve") item.message_id = evidence::message_id_of(item.evidence);
    }
    sealed = sealer_.seal(batch);
    const std::uint64_t size = sealed.commit.first + sealed.commit.count;
    Archive::Indexed indexed{.messages = std::move(sealed.indexed.messages),
                             .note = sealed.indexed.note};
    if (auto done = archive_->append(sealed.commit, std::move(indexed)); !done) return done;
    if (auto done = mark_.raise({.size = size, .root = sealed.root}); !done) return done;
    const auto adopted = std::find_if(batch.items.rbegin(), batch.items.rend(),
                                      [](const Item& item) { return item.adopts; });
    if (adopted != batch.items.rend()) {
      const std::lock_guard lock{guard_};
      directory_ = adopted->directory;
    }
    since_snapshot_ += batch.entries + batch.events / kFeedLinesPerEntry;
    durable_.store(size, std::memory_order_release);
    for (const Item& item : batch.items) {
      const Done* done = std::get_if<Done>(&item.answer);
      if (!item.writes || !done) continue;
      for (const core::Event& event : done->decision.events) {
        const auto* ordered = std::get_if<core::PrivacyOrdered>(&event);
        if (ordered && ordered->kind == "erase") carry_out(*ordered, false);
      }
    }
  }
  std::optional<Together> together;
  for (std::size_t i = 0; i < batch.items.size(); ++i) {
    // The first need not wait for the last: they are sent while these are made.
    if (i % kAnsweredTogether == 0) together.emplace();
    Item& item = batch.items[i];
    if (!item.done) continue;
    if (item.wants_receipt) {
      std::get<Done>(item.answer).receipt = sealer_.receipt(sealed, item.index);
    }
    item.done(std::move(item.answer));
  }
  return {};
}

std::shared_ptr<const Directory> Kernel::directory() {
  const std::lock_guard lock{guard_};
  return directory_;
}

std::expected<std::uint64_t, Fault> Kernel::snapshot() {
  const std::lock_guard alone{snapshotting_};
  const std::uint64_t size = durable();
  std::unique_ptr<core::State> state;
  std::uint64_t from = 0;
  FileStore& files = storage().files();
  for (const std::uint64_t kept : snapshots_kept(files)) {
    auto before = read_snapshot(files, snapshot_name(kept));
    if (!before || before->at.size > size ||
        archive_->root_at(before->at.size) != before->at.root) {
      continue;
    }
    if (before->at.size == size) return size;
    from = before->at.size;
    state = std::move(before->state);
    break;
  }
  if (!state) state = std::make_unique<core::State>(identity_.party);
  const auto done = replay(archive_->journal(), from, size, *state);
  if (!done) return std::unexpected{done.error()};
  const auto root = archive_->root_at(size);
  BASHU_ASSERT(root && done->size == size);
  const auto written =
      write_snapshot(files, snapshot_name(size), *state, {.size = size, .root = *root});
  if (!written) return std::unexpected{written.error()};
  const auto kept = snapshots_kept(files);
  for (std::size_t i = kSnapshotsKept; i < kept.size(); ++i) files.remove(snapshot_name(kept[i]));
  since_snapshot_ -= std::min<std::uint64_t>(since_snapshot_,
                                             done->size - from + done->weight / kFeedLinesPerEntry);
  return size;
}

}  // namespace bashu::node
