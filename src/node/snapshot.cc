#include "node/snapshot.h"

#include <google/protobuf/arena.h>
#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <functional>
#include <future>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/assert.h"
#include "base/json.h"
#include "formats/snapshot.pb.h"
#include "node/codec_parts.h"
#include "packs/load.h"

namespace bashu::node {

namespace {

namespace pb = formats;
using core::State;
using parts::put;
using parts::Reader;

constexpr std::string_view kMagic = "BSHSNP03";
// 02: without the documents that gave way to others (core/privacy/documents.h).
constexpr std::array<std::string_view, 2> kMagicsBefore{"BSHSNP01", "BSHSNP02"};
constexpr std::size_t kHashSize = sizeof(Hash);
constexpr std::size_t kTail = 8 + 2 * kHashSize;  // size of the levels, two digests
constexpr std::size_t kEnd = 4;                   // of rows, or of levels
constexpr int kBatch = 4'096;

std::unexpected<Fault> fault(std::string what) {
  return std::unexpected{Fault{.what = std::move(what)}};
}

class Sha256 {
 public:
  Sha256() : context_{EVP_MD_CTX_new()} {
    BASHU_ASSERT(context_ && EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr) == 1);
  }
  void add(std::string_view bytes) { EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()); }
  Hash end() {
    Hash hash{};
    EVP_DigestFinal_ex(context_.get(), hash.data(), nullptr);
    return hash;
  }

 private:
  struct Free {
    void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
  };
  std::unique_ptr<EVP_MD_CTX, Free> context_;
};

void put_u32(std::string& out, std::uint64_t number) {
  for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>(number >> shift & 0xff);
}
void put_u64(std::string& out, std::uint64_t number) {
  put_u32(out, number >> 32);
  put_u32(out, number);
}
std::uint64_t get_integer(std::string_view bytes) {
  std::uint64_t number = 0;
  for (const char c : bytes) number = number << 8 | static_cast<unsigned char>(c);
  return number;
}

// Walks a state and gives each row's bytes to `sink`, its length before it. The order is that of
// the functions below, within each the order of keys.
class RowWriter {
 public:
  explicit RowWriter(std::function<void(std::string_view)> sink) : sink_{std::move(sink)} {}

  void write(const State& state) {
    circle(state.circle());
    state.each_case([&](const core::Case& c) { case_row(c); });
    state.each_record([&](const core::RegisterId& reg, const std::string& key,
                          const core::Record& record) { record_row(reg, key, record); });
    state.each_edition(
        [&](const core::RegisterId& reg, const core::PartyId& keeper, const std::string& name,
            const core::Edition& edition) { edition_row(reg, keeper, name, edition); });
    state.each_balance(
        [&](const core::Account& account, std::int64_t sum) { balance(account, sum); });
    end_batch();
    state.each_window([&](const core::Account& account, const std::string& month,
                          const core::Window& window) { window_row(account, month, window); });
    state.each_serial([&](const std::string& name, const std::string& key, std::int64_t value) {
      pb::SerialRow* out = row().mutable_serial();
      out->set_name(name);
      out->set_key(key);
      out->set_value(value);
      emit();
    });
    state.each_outbox([&](const core::PartyId& to, const core::Outbox& box) { outbox(to, box); });
    state.each_inbox([&](const core::PartyId& from, const core::Inbox& box) { inbox(from, box); });
    state.each_parked([&](const core::CaseId& id, std::int64_t version, const core::Parked& step) {
      pb::ParkedRow* out = row().mutable_parked();
      out->set_id(id);
      out->set_version(version);
      out->set_from(step.from);
      out->set_pack(step.pack);
      put(step.body, out->mutable_body());
      emit();
    });
    state.each_task([&](std::int64_t number, const core::Task& task) {
      put(core::TaskRaised{.number = number,
                           .kind = task.kind,
                           .id = task.id,
                           .roles = task.roles,
                           .title = task.title,
                           .detail = task.detail,
                           .on = task.on},
          row().mutable_task());
      emit();
    });
    state.each_feed_line([&](const std::string& feed, const std::string& key,
                             std::uint32_t content) { feed_line(feed, key, content); });
    end_batch();
    state.each_remembered(
        [&](const std::string& principal, const std::string& key, const core::Remembered& answer) {
          put(core::RequestRemembered{.principal = principal,
                                      .key = key,
                                      .digest = answer.digest,
                                      .answer = answer.answer,
                                      .on = answer.on},
              row().mutable_remembered());
          emit();
        });
    people(state.circle().people);
    for (const auto& [number, one] : state.circle().orders) {
      pb::OrderRow* out = row().mutable_order();
      put(one.order, out->mutable_order());
      if (one.ended) put(*one.ended, out->mutable_ended());
      for (const auto& [party, answer] : one.answers) put(answer, out->add_answers());
      emit();
    }
  }
  void write_levels(const State& state) {
    state.each_level([&](const core::Account& account, const core::Balance& balance) {
      levels(account, balance.levels());
    });
    end_batch();
  }

 private:
  void people(const core::People& people) {
    for (const auto& [id, principal] : people.principals) {
      pb::PrincipalRow* out = row().mutable_principal();
      put(principal.set, out->mutable_set());
      if (principal.ended) put(*principal.ended, out->mutable_ended());
      emit();
    }
    for (const auto& [number, approval] : people.approvals) {
      put(approval, row().mutable_approval());
      emit();
    }
    for (const auto& [person, substitute] : people.substitutes) {
      put(substitute, row().mutable_substitute());
      emit();
    }
  }

  pb::Row& row() {
    row_.Clear();
    return row_;
  }
  void emit() {
    buffer_.clear();
    const std::size_t size = row_.ByteSizeLong();
    put_u32(buffer_, size);
    const bool written = row_.AppendToString(&buffer_);
    BASHU_ASSERT(written && buffer_.size() == size + 4);
    sink_(buffer_);
  }

  void circle(const State::Circle& circle) {
    pb::CircleRow* out = row().mutable_circle();
    out->set_own(circle.own);
    out->set_today(circle.today.days());
    for (const auto& [id, party] : circle.parties) put(party, out->add_parties());
    for (const auto& [party, calendar] : circle.calendars) {
      put(core::CalendarSet{.party = party,
                            .version = calendar.version,
                            .holidays = {calendar.holidays.begin(), calendar.holidays.end()},
                            .workdays = {calendar.workdays.begin(), calendar.workdays.end()}},
          out->add_calendars());
    }
    emit();
    for (const auto& [digest, pack] : circle.packs) {
      pb::PackRow* line = row().mutable_pack();
      line->set_digest(digest);
      if (pack.pack) line->set_source(canonical_json(pack.pack->source));
      for (const auto& [party, from] : pack.adopted) {
        pb::PackRow::Adoption* adopted = line->add_adopted();
        adopted->set_party(party);
        adopted->set_from(from.days());
      }
      emit();
    }
    for (const auto& [name, record] : circle.records) {
      pb::SignedRow* line = row().mutable_signed_record();
      line->set_name(name);
      line->set_record(record);
      emit();
    }
  }

  void case_row(const core::Case& c) {
    pb::CaseRow* out = row().mutable_case_row();
    out->set_id(c.id);
    out->set_pack(c.pack);
    out->set_service(c.service);
    for (const auto& [name, party] : c.parties) {
      pb::TextPair* pair = out->add_parties();
      pair->set_name(name);
      pair->set_text(party);
    }
    out->set_parent(c.parent);
    out->set_opened_by(c.opened_by);
    out->set_opened(c.opened.days());
    out->set_since(c.since.days());
    out->set_state(c.state);
    put(c.data, out->mutable_data());
    out->set_version(c.version);
    out->set_digest(c.digest);
    for (const core::Visit& visit : c.reached) {
      pb::CaseRow::Visit* to = out->add_reached();
      to->set_state(visit.state);
      to->set_on(visit.on.days());
    }
    for (const auto& [name, clock] : c.clocks) {
      pb::CaseRow::Clock* to = out->add_clocks();
      to->set_name(name);
      to->set_used(clock.used);
      if (clock.since) to->set_since(clock.since->days());
      if (clock.due) to->set_due(clock.due->days());
      to->set_fired(clock.fired);
      to->set_alarmed(clock.alarmed);
    }
    for (const auto& [name, number] : c.children) {
      pb::CaseRow::Count* to = out->add_children();
      to->set_name(name);
      to->set_number(number);
    }
    for (const core::CaseId& id : c.child_ids) *out->add_child_ids() = id;
    for (const auto& [event, principal] : c.acted) {
      pb::TextPair* pair = out->add_acted();
      pair->set_name(event);
      pair->set_text(principal);
    }
    if (c.dispute) {
      pb::CaseRow::Dispute* to = out->mutable_dispute();
      to->set_reason(c.dispute->reason);
      to->set_detail(c.dispute->detail);
      for (const std::string& content : c.dispute->contents) *to->add_contents() = content;
      for (const auto& [party, content] : c.dispute->signed_by) {
        pb::TextPair* pair = to->add_signed_by();
        pair->set_name(party);
        pair->set_text(content);
      }
    }
    for (const std::int64_t version : c.parked) out->add_parked(version);
    out->set_assignee(c.assignee);
    emit();
  }

  void record_row(const core::RegisterId& reg, const std::string& key, const core::Record& record) {
    pb::RecordRow* out = row().mutable_record();
    out->set_reg(reg);
    out->set_key(key);
    out->set_keeper(record.keeper);
    out->set_version(record.version);
    put(record.fields, out->mutable_fields());
    out->set_on(record.on.days());
    for (const auto& [party, claim] : record.contested) {
      *out->add_contested() = party;
      auto* told = out->add_claims();
      if (!claim.fields.is_null()) put(claim.fields, told->mutable_fields());
      if (claim.on) told->set_on(claim.on->days());
    }
    for (const core::RecordSignature& one : record.signatures) {
      auto* signature = out->add_signatures();
      signature->set_by(one.by);
      signature->set_keeper(one.keeper);
      signature->set_yields(one.yields);
      signature->set_round(one.round);
      signature->set_content(one.content);
    }
    emit();
  }

  void edition_row(const core::RegisterId& reg, const core::PartyId& keeper,
                   const std::string& name, const core::Edition& edition) {
    pb::EditionRow* out = row().mutable_edition();
    out->set_reg(reg);
    out->set_keeper(keeper);
    out->set_name(name);
    out->set_number(edition.number);
    out->set_on(edition.on.days());
    for (const std::string& key : edition.keys) *out->add_keys() = key;
    emit();
  }

  void window_row(const core::Account& account, const std::string& month,
                  const core::Window& window) {
    pb::WindowRow* out = row().mutable_window();
    put(account, out->mutable_account());
    out->set_month(month);
    for (const auto& [on, amount] : window.postings) {
      out->add_days(on.days());
      out->add_amounts(amount);
    }
    out->set_stated(window.stated);
    emit();
  }

  void outbox(const core::PartyId& to, const core::Outbox& box) {
    pb::OutboxRow* out = row().mutable_outbox();
    out->set_to(to);
    out->set_last(box.last);
    out->set_acked(box.acked);
    for (const std::int64_t seq : box.beyond) out->add_beyond(seq);
    out->set_stopped(box.stopped);
    for (const auto& [seq, asked] : box.asked) {
      pb::OutboxRow::Asked* line = out->add_asked();
      line->set_seq(seq);
      line->set_kind(asked.kind);
      line->set_id(asked.id);
      line->set_principal(asked.principal);
    }
    emit();
  }

  void inbox(const core::PartyId& from, const core::Inbox& box) {
    pb::InboxRow* out = row().mutable_inbox();
    out->set_from(from);
    out->set_next(box.next);
    for (const auto& [seq, held] : box.held) {
      put(core::MessageHeld{.from = from,
                            .seq = seq,
                            .kind = held.kind,
                            .stream = held.stream,
                            .pack = held.pack,
                            .reason = held.reason,
                            .body = held.body},
          out->add_held());
    }
    emit();
  }

  // Small rows travel by the thousand; a batch ends with its account kind or feed.
  void balance(const core::Account& account, std::int64_t sum) {
    if (batched_ > 0 && (batched_ == kBatch || row_.balances().book() != account.book ||
                         row_.balances().kind() != account.kind)) {
      end_batch();
    }
    pb::BalanceRows* out = (batched_ == 0 ? row() : row_).mutable_balances();
    if (batched_ == 0) {
      out->set_book(account.book);
      out->set_kind(account.kind);
    }
    *out->mutable_keys() += account.key;
    out->add_key_sizes(static_cast<std::uint32_t>(account.key.size()));
    out->add_balances(sum);
    ++batched_;
  }
  void levels(const core::Account& account, const std::vector<core::Balance::Level>& all) {
    if (batched_ > 0 && (batched_ == kBatch || row_.levels().book() != account.book ||
                         row_.levels().kind() != account.kind)) {
      end_batch();
    }
    pb::LevelRows* out = (batched_ == 0 ? row() : row_).mutable_levels();
    if (batched_ == 0) {
      out->set_book(account.book);
      out->set_kind(account.kind);
    }
    *out->mutable_keys() += account.key;
    out->add_key_sizes(static_cast<std::uint32_t>(account.key.size()));
    out->add_counts(static_cast<std::uint32_t>(all.size()));
    for (const core::Balance::Level& level : all) {
      out->add_days(level.day.days());
      out->add_sums(level.sum);
    }
    ++batched_;
  }
  void feed_line(const std::string& feed, const std::string& key, std::uint32_t content) {
    if (batched_ > 0 && (batched_ == kBatch || row_.feed_keys().feed() != feed)) end_batch();
    pb::FeedKeyRows* out = (batched_ == 0 ? row() : row_).mutable_feed_keys();
    if (batched_ == 0) out->set_feed(feed);
    *out->mutable_keys() += key;
    out->add_key_sizes(static_cast<std::uint32_t>(key.size()));
    // As many as keys, or none.
    if (content != 0 || out->contents_size() > 0) {
      out->mutable_contents()->Resize(batched_, 0);
      out->add_contents(content);
    }
    ++batched_;
  }
  void end_batch() {
    if (batched_ > 0) emit();
    batched_ = 0;
  }

  std::function<void(std::string_view)> sink_;
  pb::Row row_;
  std::string buffer_;
  int batched_ = 0;
};

// Puts rows into a state.
class RowReader {
 public:
  explicit RowReader(State& state) : state_{state} {}

  // False: `error()` says why.
  bool read(const pb::Row& in) {
    switch (in.what_case()) {
      case pb::Row::kCircle:
        circle(in.circle());
        break;
      case pb::Row::kPack:
        pack(in.pack());
        break;
      case pb::Row::kSignedRecord:
        state_.edit_circle().records[in.signed_record().name()] = in.signed_record().record();
        break;
      case pb::Row::kCaseRow:
        case_row(in.case_row());
        break;
      case pb::Row::kRecord:
        record(in.record());
        break;
      case pb::Row::kEdition:
        edition(in.edition());
        break;
      case pb::Row::kBalances:
        balances(in.balances());
        break;
      case pb::Row::kWindow:
        window(in.window());
        break;
      case pb::Row::kSerial:
        state_.set_serial(in.serial().name(), in.serial().key(), in.serial().value());
        break;
      case pb::Row::kOutbox:
        outbox(in.outbox());
        break;
      case pb::Row::kInbox:
        inbox(in.inbox());
        break;
      case pb::Row::kParked:
        state_.set_parked(in.parked().id(), in.parked().version(),
                          core::Parked{.from = core::PartyId{in.parked().from()},
                                       .pack = in.parked().pack(),
                                       .body = reader_.value(in.parked().body())});
        break;
      case pb::Row::kTask:
        task(in.task());
        break;
      case pb::Row::kFeedKeys:
        feed_keys(in.feed_keys());
        break;
      case pb::Row::kRemembered:
        remembered(in.remembered());
        break;
      case pb::Row::kPrincipal:
        principal(in.principal());
        break;
      case pb::Row::kApproval: {
        core::ApprovalAsked asked = reader_.approval_asked(in.approval());
        const std::int64_t number = asked.number;
        state_.edit_circle().people.approvals[number] = std::move(asked);
        break;
      }
      case pb::Row::kSubstitute: {
        core::SubstituteSet set = reader_.substitute_set(in.substitute());
        const std::string person = set.person;
        state_.edit_circle().people.substitutes[person] = std::move(set);
        break;
      }
      case pb::Row::kOrder:
        order(in.order());
        break;
      case pb::Row::kLevels:
        levels(in.levels());
        break;
      case pb::Row::WHAT_NOT_SET:
        reader_.error = "unknown row";
        break;
    }
    return reader_.error.empty();
  }
  [[nodiscard]] const std::string& error() const { return reader_.error; }

 private:
  static Date day(std::int32_t days) { return Date::from_days(days); }

  void circle(const pb::CircleRow& in) {
    State::Circle& circle = state_.edit_circle();
    circle.own = core::PartyId{in.own()};
    circle.today = day(in.today());
    for (const auto& party : in.parties())
      circle.parties[core::PartyId{party.party()}] = reader_.party_joined(party);
    for (const auto& line : in.calendars()) {
      const core::CalendarSet set = reader_.calendar_set(line);
      Calendar& calendar = circle.calendars[set.party];
      calendar.version = set.version;
      calendar.holidays = {set.holidays.begin(), set.holidays.end()};
      calendar.workdays = {set.workdays.begin(), set.workdays.end()};
    }
  }
  void principal(const pb::PrincipalRow& in) {
    core::Principal one{.set = reader_.principal_set(in.set()), .ended = {}};
    if (in.has_ended()) one.ended = reader_.principal_ended(in.ended());
    const std::string id = one.set.id;
    state_.edit_circle().people.principals[id] = std::move(one);
  }
  void order(const pb::OrderRow& in) {
    core::Order one{.order = reader_.privacy_ordered(in.order()), .ended = {}, .answers = {}};
    if (in.has_ended()) one.ended = reader_.privacy_order_ended(in.ended());
    for (const auto& line : in.answers()) {
      core::ErasureAnswered answer = reader_.erasure_answered(line);
      const core::PartyId party = answer.party;
      one.answers[party] = std::move(answer);
    }
    const std::int64_t number = one.order.number;
    state_.edit_circle().orders[number] = std::move(one);
  }
  void pack(const pb::PackRow& in) {
    core::Store::Circle& circle = state_.edit_circle();
    core::PackRow& row = circle.packs[in.digest()];
    for (const auto& adopted : in.adopted())
      row.adopted[core::PartyId{adopted.party()}] = day(adopted.from());
    if (in.source().empty()) return;
    circle.hold(row, packs::load_adopted(in.source()).pack);
    if (!row.pack || row.pack->digest != in.digest()) {
      reader_.error = "pack " + in.digest() + " no longer loads";
    }
  }
  void case_row(const pb::CaseRow& in) {
    core::Case& c = state_.edit_case(in.id());
    c.id = core::CaseId{in.id()};
    c.pack = in.pack();
    c.service = in.service();
    for (const auto& pair : in.parties())
      c.parties.emplace_hint(c.parties.end(), pair.name(), pair.text());
    c.parent = core::CaseId{in.parent()};
    c.opened_by = in.opened_by();
    c.opened = day(in.opened());
    c.since = day(in.since());
    c.state = in.state();
    c.data = reader_.value(in.data());
    c.version = in.version();
    c.digest = in.digest();
    for (const auto& visit : in.reached()) {
      c.reached.push_back({.state = visit.state(), .on = day(visit.on())});
    }
    for (const auto& count : in.children()) c.children[count.name()] = count.number();
    c.child_ids = {in.child_ids().begin(), in.child_ids().end()};
    for (const auto& pair : in.acted()) c.acted[pair.name()] = pair.text();
    if (in.has_dispute()) {
      core::Dispute& dispute = c.dispute.emplace();
      dispute.reason = in.dispute().reason();
      dispute.detail = in.dispute().detail();
      dispute.contents = {in.dispute().contents().begin(), in.dispute().contents().end()};
      for (const auto& pair : in.dispute().signed_by())
        dispute.signed_by[core::PartyId{pair.name()}] = pair.text();
    }
    c.parked = {in.parked().begin(), in.parked().end()};
    c.assignee = in.assignee();
    for (const auto& line : in.clocks()) {
      core::Clock clock{.used = line.used(),
                        .since = {},
                        .due = {},
                        .fired = line.fired(),
                        .alarmed = line.alarmed()};
      if (line.has_since()) clock.since = day(line.since());
      if (line.has_due()) clock.due = day(line.due());
      state_.set_clock(in.id(), line.name(), clock);
    }
  }
  void record(const pb::RecordRow& in) {
    core::Record& record = state_.edit_record(in.reg(), in.key());
    record.keeper = core::PartyId{in.keeper()};
    record.version = in.version();
    record.fields = reader_.value(in.fields());
    record.on = day(in.on());
    for (int i = 0; i < in.contested_size(); ++i) {
      core::Claim& claim = record.contested[core::PartyId{in.contested(i)}];
      if (i >= in.claims_size()) continue;  // a snapshot from before claims were kept
      claim.fields = reader_.value(in.claims(i).fields());
      if (in.claims(i).has_on()) claim.on = day(in.claims(i).on());
    }
    for (const auto& one : in.signatures()) {
      record.signatures.push_back({.by = core::PartyId{one.by()},
                                   .keeper = core::PartyId{one.keeper()},
                                   .yields = core::PartyId{one.yields()},
                                   .round = one.round(),
                                   .content = one.content()});
    }
  }
  void edition(const pb::EditionRow& in) {
    core::Edition& edition = state_.edit_edition(in.reg(), in.keeper(), in.name());
    edition.number = in.number();
    edition.on = day(in.on());
    edition.keys = {in.keys().begin(), in.keys().end()};
  }
  void balances(const pb::BalanceRows& in) {
    core::Account account{.book = core::BookId{in.book()}, .kind = in.kind(), .key = {}};
    std::string_view rest = in.keys();
    if (in.balances_size() != in.key_sizes_size()) return bad_columns();
    for (int i = 0; i < in.key_sizes_size(); ++i) {
      if (in.key_sizes(i) > rest.size()) return bad_columns();
      account.key.assign(rest.substr(0, in.key_sizes(i)));
      rest.remove_prefix(in.key_sizes(i));
      state_.set_balance(account, core::Balance{{{.day = Date{}, .sum = in.balances(i)}}});
    }
  }
  // Of accounts whose balance was read; the days of each in their order.
  void levels(const pb::LevelRows& in) {
    core::Account account{.book = core::BookId{in.book()}, .kind = in.kind(), .key = {}};
    std::string_view rest = in.keys();
    if (in.counts_size() != in.key_sizes_size() || in.sums_size() != in.days_size()) {
      return bad_columns();
    }
    int at = 0;
    for (int i = 0; i < in.key_sizes_size(); ++i) {
      const auto count = static_cast<std::int64_t>(in.counts(i));
      if (in.key_sizes(i) > rest.size() || count > in.days_size() - at) return bad_columns();
      account.key.assign(rest.substr(0, in.key_sizes(i)));
      rest.remove_prefix(in.key_sizes(i));
      std::vector<core::Balance::Level> all;
      all.reserve(static_cast<std::size_t>(count));
      for (const int end = at + static_cast<int>(count); at < end; ++at) {
        const Date on = day(in.days(at));
        if (!all.empty() && on <= all.back().day) return bad_columns();
        all.push_back({.day = on, .sum = in.sums(at)});
      }
      if (all.empty() || all.back().sum != state_.balance(account)) return bad_columns();
      state_.set_balance(account, core::Balance{std::move(all)});
    }
  }
  void window(const pb::WindowRow& in) {
    if (in.days_size() != in.amounts_size()) return bad_columns();
    core::Window window;
    window.stated = in.stated();
    for (int i = 0; i < in.days_size(); ++i) {
      window.postings.emplace_back(day(in.days(i)), in.amounts(i));
    }
    state_.set_window(reader_.account(in.account()), in.month(), std::move(window));
  }
  void outbox(const pb::OutboxRow& in) {
    core::Outbox& box = state_.edit_outbox(in.to());
    box.last = in.last();
    box.acked = in.acked();
    box.beyond = {in.beyond().begin(), in.beyond().end()};
    box.stopped = in.stopped();
    for (const auto& asked : in.asked()) {
      box.asked[asked.seq()] = {
          .kind = asked.kind(), .id = core::CaseId{asked.id()}, .principal = asked.principal()};
    }
  }
  void inbox(const pb::InboxRow& in) {
    core::Inbox& box = state_.edit_inbox(in.from());
    box.next = in.next();
    for (const auto& line : in.held()) {
      core::MessageHeld held = reader_.message_held(line);
      box.held[held.seq] = {.kind = std::move(held.kind),
                            .stream = std::move(held.stream),
                            .pack = std::move(held.pack),
                            .reason = std::move(held.reason),
                            .body = std::move(held.body)};
    }
  }
  void task(const pb::TaskRaised& in) {
    core::TaskRaised task = reader_.task_raised(in);
    state_.set_task(task.number, core::Task{.kind = task.kind,
                                            .id = std::move(task.id),
                                            .roles = std::move(task.roles),
                                            .title = std::move(task.title),
                                            .detail = std::move(task.detail),
                                            .on = task.on});
  }
  void feed_keys(const pb::FeedKeyRows& in) {
    std::string_view rest = in.keys();
    const bool known = in.contents_size() > 0;
    if (known && in.contents_size() != in.key_sizes_size()) return bad_columns();
    for (int i = 0; i < in.key_sizes_size(); ++i) {
      const std::uint32_t size = in.key_sizes(i);
      if (size > rest.size()) return bad_columns();
      state_.take_feed_line(in.feed(), rest.substr(0, size), known ? in.contents(i) : 0);
      rest.remove_prefix(size);
    }
  }
  void remembered(const pb::RequestRemembered& in) {
    core::RequestRemembered answer = reader_.request_remembered(in);
    state_.set_remembered(
        answer.principal, answer.key,
        {.digest = std::move(answer.digest), .answer = std::move(answer.answer), .on = answer.on});
  }
  void bad_columns() { reader_.error = "columns of a row that do not agree"; }

  State& state_;
  Reader reader_;
};

struct Frame {
  SnapshotAt at;
  std::string party;
  std::string_view rows;    // with the zero that ends them
  std::string_view levels;  // the same
  Hash digest{};
};

std::optional<Frame> read_frame(std::string_view bytes) {
  constexpr std::size_t kHead = 8 + 8 + kHashSize + 2;
  if (bytes.size() < kHead + 2 * kEnd + kTail || !bytes.starts_with(kMagic)) return std::nullopt;
  Frame frame;
  frame.at.size = get_integer(bytes.substr(8, 8));
  std::memcpy(frame.at.root.data(), bytes.data() + 16, kHashSize);
  const std::size_t party = get_integer(bytes.substr(16 + kHashSize, 2));
  if (bytes.size() < kHead + party + 2 * kEnd + kTail) return std::nullopt;
  frame.party = bytes.substr(kHead, party);
  const std::string_view rows = bytes.substr(kHead + party, bytes.size() - kHead - party - kTail);
  const std::uint64_t levels = get_integer(bytes.substr(bytes.size() - kTail, 8));
  if (levels < kEnd || levels > rows.size() - kEnd) return std::nullopt;
  frame.rows = rows.substr(0, rows.size() - levels);
  frame.levels = rows.substr(frame.rows.size());
  std::memcpy(frame.digest.data(), bytes.data() + bytes.size() - 2 * kHashSize, kHashSize);
  return frame;
}

// Both digests; empty if they hold.
std::string check_digests(std::string_view bytes, const Frame& frame) {
  if (sha256(bytes.substr(0, bytes.size() - kHashSize)) != [&] {
        Hash hash{};
        std::memcpy(hash.data(), bytes.data() + bytes.size() - kHashSize, kHashSize);
        return hash;
      }()) {
    return "does not have its digest";
  }
  if (sha256(frame.rows.substr(0, frame.rows.size() - kEnd)) != frame.digest) {
    return "rows do not have their digest";
  }
  return {};
}

std::string read_rows(std::string_view rows, State& state) {
  RowReader reader{state};
  for (;;) {
    if (rows.size() < 4) return "rows are cut off";
    const std::size_t size = get_integer(rows.substr(0, 4));
    rows.remove_prefix(4);
    if (size == 0) return rows.empty() ? "" : "bytes after the last row";
    if (size > rows.size()) return "rows are cut off";
    google::protobuf::Arena arena;
    auto* row = google::protobuf::Arena::CreateMessage<pb::Row>(&arena);
    if (!parts::parse(*row, rows.substr(0, size))) return "a row cannot be read";
    if (!reader.read(*row)) return reader.error();
    rows.remove_prefix(size);
  }
}

}  // namespace

Hash state_digest(const State& state) {
  Sha256 digest;
  RowWriter{[&](std::string_view bytes) { digest.add(bytes); }}.write(state);
  return digest.end();
}

Hash levels_digest(const State& state) {
  Sha256 digest;
  RowWriter{[&](std::string_view bytes) { digest.add(bytes); }}.write_levels(state);
  return digest.end();
}

std::expected<Hash, Fault> write_snapshot(FileStore& files, std::string_view name,
                                          const State& state, const SnapshotAt& at) {
  const auto file = files.create(name);
  if (!file) return std::unexpected{file.error()};
  Sha256 rows, all;
  const auto write = [&](std::string_view bytes) {
    all.add(bytes);
    (*file)->add(bytes);
  };
  std::string head{kMagic};
  put_u64(head, at.size);
  head += as_bytes(at.root);
  const std::string& party = state.circle().own;
  head += static_cast<char>(party.size() >> 8 & 0xff);
  head += static_cast<char>(party.size() & 0xff);
  head += party;
  write(head);
  RowWriter{[&](std::string_view bytes) {
    rows.add(bytes);
    write(bytes);
  }}.write(state);
  const std::string_view end{"\0\0\0\0", kEnd};
  write(end);
  std::uint64_t levels = kEnd;
  RowWriter{[&](std::string_view bytes) {
    levels += bytes.size();
    write(bytes);
  }}.write_levels(state);
  write(end);
  std::string size;
  put_u64(size, levels);
  write(size);
  const Hash digest = rows.end();
  write(as_bytes(digest));
  write(as_bytes(all.end()));
  if (auto kept = (*file)->keep(); !kept) return std::unexpected{kept.error()};
  return digest;
}

std::expected<Snapshot, Fault> read_snapshot(const FileStore& files, std::string_view name) {
  const auto file = files.map(name);
  if (!file) return std::unexpected{file.error()};
  const auto frame = read_frame(file->bytes);
  if (!frame) return fault(files.where(name) + ": no snapshot");
  // Hashing takes as long as reading; both go at once, and neither trusts the other.
  auto digests = std::async(std::launch::async, [&] { return check_digests(file->bytes, *frame); });
  Snapshot snapshot{.at = frame->at,
                    .digest = frame->digest,
                    .state = std::make_unique<State>(core::PartyId{frame->party})};
  std::string wrong = read_rows(frame->rows, *snapshot.state);
  if (wrong.empty()) wrong = read_rows(frame->levels, *snapshot.state);
  if (std::string unsound = digests.get(); !unsound.empty()) wrong = std::move(unsound);
  if (!wrong.empty()) return fault(files.where(name) + ": " + wrong);
  return snapshot;
}

std::expected<SnapshotLabel, Fault> read_snapshot_label(const FileStore& files,
                                                        std::string_view name) {
  const auto file = files.map(name);
  if (!file) return std::unexpected{file.error()};
  const auto frame = read_frame(file->bytes);
  if (!frame) return fault(files.where(name) + ": no snapshot");
  if (const std::string wrong = check_digests(file->bytes, *frame); !wrong.empty()) {
    return fault(files.where(name) + ": " + wrong);
  }
  return SnapshotLabel{.at = frame->at, .digest = frame->digest};
}

bool of_earlier_format(const FileStore& files, std::string_view name) {
  const auto file = files.map(name);
  return file && std::ranges::any_of(kMagicsBefore, [&](std::string_view magic) {
           return file->bytes.starts_with(magic);
         });
}

std::string snapshot_name(std::uint64_t size) {
  return "snapshots/" + std::to_string(size) + ".snap";
}

std::vector<std::uint64_t> snapshots_kept(const FileStore& files) {
  std::vector<std::uint64_t> found;
  for (const std::string& name : files.list("snapshots")) {
    std::uint64_t size = 0;
    const auto [end, code] = std::from_chars(name.data(), name.data() + name.size(), size);
    if (code == std::errc{} && std::string_view{end} == ".snap") found.push_back(size);
  }
  std::sort(found.rbegin(), found.rend());
  return found;
}

}  // namespace bashu::node
