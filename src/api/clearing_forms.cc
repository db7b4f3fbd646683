#include "api/clearing_forms.h"

#include <algorithm>
#include <array>
#include <utility>

#include "api/clearing_books.h"
#include "api/clearing_edition.h"
#include "api/clearing_exposure.h"
#include "api/clearing_netting.h"
#include "api/clearing_orders.h"
#include "api/clearing_pay.h"
#include "api/clearing_refusal.h"
#include "api/clearing_refused.h"
#include "api/clearing_transfers.h"
#include "api/documents.h"
#include "api/reading.h"
#include "base/unicode.h"
#include "clearing/sketch.h"
#include "fares/taking.h"
#include "packs/before_sealing.h"
#include "texts/texts.h"

namespace bashu::api {

namespace {

using clearing::Statement;

constexpr std::string_view kExposed = "exposed";  // of a window and of a book
constexpr std::array<std::string_view, 15> kComputed{
    "paid_on",       "first",    "first_sketch", "second", "second_lines",
    "differences",   "found",    "first_agreed", "rows",   "bookings",
    "second_agreed", "rounding", "netted_in",    "alone",  kExposed};
constexpr std::string_view kMetIn = "met_in";  // of a transfer
constexpr std::array<std::string_view, 6> kRows{"taps",    "denied", "bills",
                                                "refused", "sheets", "receipts"};  // of a batch
constexpr std::size_t kSaidShown = 200;  // bytes of what somebody said, said back

// Computes what one form of one window asks for.
class Filling {
 public:
  Filling(Context& context, const Call& call, const ClearingForm& form, const Value& given)
      : context_{context}, call_{call}, form_{form}, out_{given} {}

  std::expected<Value, Problem> of_window() {
    if (!asks_for_any()) return out_;
    if (auto found = find(); !found) return std::unexpected{found.error()};
    for (const auto& [field, fill] :
         {std::pair{"exposed", &Filling::exposed}, std::pair{"netted_in", &Filling::netted},
          std::pair{"alone", &Filling::alone}, std::pair{"first", &Filling::first},
          std::pair{"second", &Filling::second}, std::pair{"differences", &Filling::differences},
          std::pair{"second_answer", &Filling::answer}, std::pair{"first_answer", &Filling::answer},
          std::pair{"first_agreed", &Filling::first_agreed},
          std::pair{"second_agreed", &Filling::second_agreed},
          std::pair{"booked", &Filling::booked}}) {
      if (!asks_for(field)) continue;
      if (auto filled = (this->*fill)(); !filled) return std::unexpected{filled.error()};
    }
    return out_;
  }

 private:
  using Done = std::expected<void, Problem>;

  [[nodiscard]] bool asks_for(std::string_view field) const {
    return std::ranges::find(form_.form, field) != form_.form.end();
  }
  [[nodiscard]] bool asks_for_any() const {
    return asks_for("second_answer") ||
           std::ranges::any_of(kComputed, [&](std::string_view field) { return asks_for(field); });
  }

  Done find() {
    std::string book_id{form_.id};
    // The views follow the journal: they are waited for.
    if (const auto past = read_past(context_, call_); !past) return std::unexpected{past.error()};
    if (!form_.starts) {
      auto row = call_.views->case_at(form_.id);
      if (!row) return std::unexpected{problem_of(row.error())};
      if (!*row) return std::unexpected{not_found()};
      window_ = **row;
      book_id = window_.parent;
    }
    auto book = find_book(context_, call_, book_id);
    if (!book) return std::unexpected{book.error()};
    book_ = *std::move(book);
    auto held = hold_ledger(context_, call_, book_);
    if (!held) return std::unexpected{held.error()};
    held_ = *std::move(held);
    return {};
  }
  [[nodiscard]] windows::Ledger& ledger() const { return *held_->ledger; }

  Done put_file(const char* field, const std::string& bytes, const char* media) {
    if (bytes.size() > exchange::kDocumentMax) return std::unexpected{refused({}, "too_different")};
    const auto sha256 = deposit(context_, call_.key->principal(), bytes);
    if (!sha256) return std::unexpected{sha256.error()};
    put(field, Value::Record{{"sha256", *sha256},
                             {"name", std::string{field} + ".ndjson"},
                             {"media", media},
                             {"size", bytes.size()}});
    return {};
  }
  void put(const char* field, Value value) {
    out_.as_record()->insert_or_assign(field, std::move(value));
  }

  Done first() {
    const std::string day = form_.starts ? out_.text_at("until") : window_.data.text_at("until");
    const auto until = Date::parse(day);
    if (!until) return {};  // the form says so itself
    if (ledger().closed_until() && *until < *ledger().closed_until()) {
      return std::unexpected{
          wrong_at("with.until", "before_the_last", {{"day", ledger().closed_until()->text()}})};
    }
    const Statement drawn = ledger().draw(*until, ledger().batches());
    if (!ledger().fits()) return std::unexpected{refused({}, "sums_too_large")};
    if (form_.starts && drawn.first == drawn.end) {
      return std::unexpected{wrong_at("with.until", "nothing_due", {{"day", day}})};
    }
    put("first", statement_field(drawn, book_, ledger().batches()));
    return put_file("first_sketch", clearing::sketch_of(ledger().lines().tree),
                    "application/octet-stream");
  }

  Done second() {
    const Statement drawn = ledger().draw(until(), ledger().batches());
    if (!ledger().fits()) return std::unexpected{refused({}, "sums_too_large")};
    put("second", statement_field(drawn, book_, ledger().batches()));
    if (drawn.root == root_in(window_, "first")) return {};
    const auto sketch = document_text(context_, window_, "first_sketch");
    if (!sketch) return std::unexpected{sketch.error()};
    const auto lines = clearing::lines_for(ledger().lines(), *sketch);
    if (!lines) return std::unexpected{refused({}, "no_sketch")};
    return put_file("second_lines", *lines, "application/x-ndjson");
  }

  // What this side stated is drawn, which must still come out.
  Done stated() {
    const char* own = book_.own_is_first ? "first" : "second";
    const Value* statement = window_.data.find(own);
    const Statement drawn = ledger().draw(
        until(), static_cast<std::size_t>(statement ? statement->int_at("batches") : 0));
    if (drawn.root != root_in(window_, own))
      return std::unexpected{refused({}, "stated_otherwise")};
    return {};
  }

  Done differences() {
    if (auto drawn = stated(); !drawn) return drawn;
    const auto answer = document_text(context_, window_, "second_lines");
    if (!answer) return std::unexpected{answer.error()};
    const auto found = clearing::differences_in(ledger().lines(), *answer,
                                                root_in(window_, "second").value_or(Hash{}));
    if (!found) return std::unexpected{refused({}, "not_whole")};
    put("found", found->size());
    return put_file("differences", clearing::text_of(*found), "application/x-ndjson");
  }

  // The answers name what stands in the list.
  Done answer() {
    auto said = said_of(context_, book_, window_);
    if (!said) return std::unexpected{said.error()};
    if (auto drawn = stated(); !drawn) return drawn;
    if (!ledger().leads_to(*said)) return std::unexpected{refused({}, "not_whole")};
    const char* field = book_.own_is_first ? "first_answer" : "second_answer";
    const Value* answers = out_.find(field);
    std::set<std::string> names;
    std::set<std::string> unconfirmed;
    for (const auto& one : said->differences) {
      names.insert(clearing::name_of(one));
      const std::string& payee = one.here ? one.here->creditor : one.there->creditor;
      if (clears_transfers(book_) && payee == own()) unconfirmed.insert(clearing::name_of(one));
    }
    const Value::List none;
    const Value::List& list = answers && answers->as_list() ? *answers->as_list() : none;
    for (std::size_t i = 0; i < list.size(); ++i) {
      const std::string name = list[i].text_at("line");
      if (!names.contains(name)) {
        return std::unexpected{
            wrong_at(std::string{"with."} + field + "[" + std::to_string(i) + "].line",
                     "no_difference", {{"line", name}})};
      }
      // What its bank has not booked a payee takes on nobody's word.
      if (list[i].bool_at("accepts") && unconfirmed.contains(name)) {
        return std::unexpected{
            wrong_at(std::string{"with."} + field + "[" + std::to_string(i) + "].accepts",
                     "not_confirmed", {{"line", name}})};
      }
    }
    return {};
  }

  Done first_agreed() {
    window_.data.as_record()->insert_or_assign(
        "first_answer", out_.find("first_answer") ? *out_.find("first_answer") : Value::List{});
    return agreed("first_agreed");
  }
  Done second_agreed() { return agreed("second_agreed"); }

  Done agreed(const char* field) {
    const auto said = said_of(context_, book_, window_);
    if (!said) return std::unexpected{said.error()};
    const auto drawn = ledger().agreed(*said);
    if (!drawn) return std::unexpected{refused({}, "not_whole")};
    put(field, statement_field(*drawn, book_, said->batches));
    return {};
  }

  // Before anything else is drawn; of a book with a cap.
  Done exposed() {
    if (!book_.row.data.find("cap")) return {};
    const auto worst = exposed_of(call_, book_, ledger());
    if (!worst) return std::unexpected{worst.error()};
    put("exposed", to_value(*worst));
    return {};
  }

  Done netted() {
    const auto share = netted_in(context_, call_, book_, window_);
    if (!share) return std::unexpected{share.error()};
    put("netted_in", *share);
    return {};
  }

  Done alone() {
    if (auto free = in_no_netting(context_, call_, book_, window_); !free) return free;
    put("alone", true);
    return {};
  }

  // Only what the bank has booked is paid, on the day on which it did.
  Done booked() {
    const Value* file = out_.find("booked");
    const auto text =
        file ? deposited_bytes(context_, call_.key->principal(), *file) : std::nullopt;
    if (!text) return {};  // the form says what is wrong with it
    const auto payment = payment_of(book_, window_);
    if (!payment) return std::unexpected{payment.error()};
    const auto bookings = bookings_in(*text);
    if (!bookings) return std::unexpected{bookings.error()};
    const auto all = paid_cases(context_, call_, form_.pack);
    if (!all) return std::unexpected{all.error()};
    const auto done = booked_of(*payment, window_.id, *all, *bookings, tolerance_of(*form_.pack));
    if (!done) return std::unexpected{done.error()};
    put("paid_on", done->day.text());
    // Of two sums the other side's bank may have booked the other one.
    std::vector<OrderBooking> list = bookings_of(window_);
    std::ranges::copy(done->bookings, std::back_inserter(list));
    if (asks_for("bookings")) put("bookings", bookings_value(list));
    if (asks_for("rounding")) put("rounding", done->rounding);
    return {};
  }

  [[nodiscard]] const std::string& own() const { return book_.own(); }
  [[nodiscard]] Date until() const {
    return Date::parse(window_.data.text_at("until")).value_or(Date{});
  }

  Context& context_;
  const Call& call_;
  const ClearingForm& form_;
  Value out_;
  views::CaseRow window_;
  ClearingBook book_;
  HeldBook held_;
};

// The sheets of this node's transfers are taken from its cases, not from a file.
std::expected<Value, Problem> of_sheets(Context& context, const Call& call,
                                        const ClearingBook& book, Value given) {
  if (given.find("file")) return std::unexpected{wrong_at("with.file", "computed_here")};
  const auto sheets = new_sheets(context, call, book);
  if (!sheets) return std::unexpected{sheets.error()};
  const auto sha256 = deposit(context, call.key->principal(), *sheets);
  if (!sha256) return std::unexpected{sha256.error()};
  given.as_record()->insert_or_assign("file", Value::Record{{"sha256", *sha256},
                                                            {"name", "sheets.ndjson"},
                                                            {"media", "application/x-ndjson"},
                                                            {"size", sheets->size()}});
  given.as_record()->insert_or_assign("rows", std::ranges::count(*sheets, '\n'));
  return given;
}

// A ride of a group that the book's tariff does not have would be nobody's claim.
std::expected<void, Problem> groups_known(Context& context,
                                          const std::expected<ClearingBook, Problem>& book,
                                          const windows::Rows& rows) {
  if (!book || !clears_taps(*book)) return {};
  const auto tariff = tariff_of(context, *book);
  if (!tariff) return std::unexpected{tariff.error()};
  const auto group = fares::unknown_group(*tariff, rows.taps);
  if (!group) return {};
  return std::unexpected{wrong_at("with.file", "unknown_group", {{"group", *group}})};
}

// A book keeps its tariff: what is wrong with one is said before.
std::expected<Value, Problem> of_new_book(Context& context, const Call& call, const Value& given) {
  const Value* file = given.find("tariff");
  const auto text = file ? deposited_bytes(context, call.key->principal(), *file) : std::nullopt;
  if (!text) return given;  // the form says what is wrong with it
  const auto tariff = tariff_in(*text, "with.tariff");
  if (!tariff) return std::unexpected{tariff.error()};
  const auto wrong = fares::wrong_when_taken(*tariff);
  if (wrong.empty()) return given;
  return std::unexpected{wrong_tariff("with.tariff", wrong.front())};
}

// The rows of a batch are read before it is taken: all of them, or none.
std::expected<Value, Problem> of_batch(Context& context, const Call& call, const Value& given) {
  const std::string what = given.text_at("what");
  const bool of_transfers = what == "sheets" || what == "receipts";
  if (!what.empty() && std::ranges::find(kRows, what) == kRows.end()) {
    return std::unexpected{
        wrong_at("with.what", "no_kind", {{"what", cut_short(what, kSaidShown)}})};
  }
  const std::string of = given.text_at("book");
  const auto book = find_book(context, call, of);
  // A batch of another's claims would count nowhere, and nobody would miss it.
  if (!book && !of.empty()) {
    if (book.error().number != static_cast<int>(RejectCode::unknown_case)) {
      return std::unexpected{book.error()};
    }
    return std::unexpected{wrong_at("with.book", "no_book", {{"book", cut_short(of, kSaidShown)}})};
  }
  if (book && what != "refused" && clears_transfers(*book) != of_transfers) {
    return std::unexpected{wrong_at("with.what", "not_of_the_book")};
  }
  if (what == "sheets") return of_sheets(context, call, *book, given);
  const Value* file = given.find("file");
  const auto rows = file ? deposited_bytes(context, call.key->principal(), *file) : std::nullopt;
  if (!rows) return given;  // the form says what is wrong with it
  const auto read = windows::read_rows(what, *rows, windows::Reading::to_take);
  if (!read) {
    const auto& [line, text, is_key, said] = read.error();
    return std::unexpected{problem_of(Reject{.code = RejectCode::form,
                                             .where = "with.file:" + std::to_string(line),
                                             .why = {is_key ? texts::title(text, {{"what", said}})
                                                            : Title{{"en", text}, {"zh", text}}}})};
  }
  if (const auto token = fares::token_with_slash(read->taps)) {
    return std::unexpected{wrong_at("with.file", "token_slash", {{"token", *token}})};
  }
  if (auto known = groups_known(context, book, *read); !known) {
    return std::unexpected{known.error()};
  }
  Value out = given;
  out.as_record()->insert_or_assign("rows", read->count());
  return out;
}

// Of a transfer only what both sides agreed on says that its money has come.
std::expected<Value, Problem> of_transfer(Context& context, const Call& call,
                                          const ClearingForm& form, const Value& given) {
  if (given.find(kMetIn)) return std::unexpected{wrong_at("with.met_in", "computed_here")};
  if (std::ranges::find(form.form, kMetIn) == form.form.end()) return given;
  if (const auto past = read_past(context, call); !past) return std::unexpected{past.error()};
  const auto row = call.views->case_at(form.id);
  if (!row) return std::unexpected{problem_of(row.error())};
  if (!*row) return std::unexpected{not_found()};
  const auto window = met_in(context, call, **row);
  if (!window) return std::unexpected{window.error()};
  Value out = given;
  out.as_record()->insert_or_assign(std::string{kMetIn}, *window);
  return out;
}

// A further edition of a book's tariff, as it is proposed, and once more as the other side agrees.
std::expected<Value, Problem> of_edition(Context& context, const Call& call,
                                         const ClearingForm& form, const Value& given) {
  const auto book = find_book(context, call, form.id);
  if (!book) return std::unexpected{book.error()};
  const bool agrees = std::ranges::find(form.form, kChecked) != form.form.end();
  const Value* file = given.find(kProposal);
  const auto deposited =
      file ? deposited_bytes(context, call.key->principal(), *file) : std::nullopt;
  if (!agrees && !deposited) return given;  // the form says what is wrong with it
  const auto next = agrees ? document_text(context, book->row, kProposal)
                           : std::expected<std::string, Problem>{*deposited};
  if (!next) return std::unexpected{next.error()};
  if (auto follows = edition_follows(context, call, *book, *next); !follows) {
    return std::unexpected{follows.error()};
  }
  Value out = given;
  if (agrees) {
    out.as_record()->insert_or_assign(std::string{kChecked}, "sha256:" + hex(sha256(*next)));
  }
  return out;
}

// Whether the event takes on a book that awaits an answer since it was opened.
bool takes_on(const packs::Service& service, const std::string& state, std::string_view event) {
  const auto leads = [&](const packs::Branch& branch) { return branch.to == state; };
  if (!std::ranges::any_of(service.start.event.branches, leads)) return false;
  const packs::StateDef* from = packs::find(service.states, state);
  const packs::EventDef* taken = from ? packs::find(from->events, event) : nullptr;
  return taken && std::ranges::any_of(taken->branches, [&](const packs::Branch& branch) {
           const auto* to = branch.to ? packs::find(service.states, *branch.to) : nullptr;
           return to && !to->final && *branch.to != state;
         });
}

// The other side's node may have opened it with any tariff: it is asked here what a new book is.
// One that has not arrived yet is asked when it is proposed further.
std::expected<void, Problem> tariff_taken_on(Context& context, const Call& call,
                                             const ClearingForm& form) {
  const packs::Service* service = packs::find(form.pack->services, form.service);
  const auto book = find_book(context, call, form.id);
  if (!book || !service || !clears_taps(*book)) return {};
  if (!takes_on(*service, book->row.state, form.event)) return {};
  const auto text = document_text(context, book->row, "tariff");
  if (!text) return {};
  const auto tariff = tariff_in(*text, book->row.id + ".tariff");
  if (!tariff) return std::unexpected{tariff.error()};
  return {};
}

// What is unsettled in a book, when somebody has it looked at.
std::expected<Value, Problem> of_book(Context& context, const Call& call, const ClearingForm& form,
                                      const Value& given) {
  if (form.starts) return of_new_book(context, call, given);
  if (std::ranges::any_of(form.form, [](const std::string& field) {
        return field == kProposal || field == kChecked;
      })) {
    if (given.find(kChecked)) return std::unexpected{wrong_at("with.checked", "computed_here")};
    return of_edition(context, call, form, given);
  }
  if (std::ranges::find(form.form, kExposed) == form.form.end()) {
    if (auto taken = tariff_taken_on(context, call, form); !taken) {
      return std::unexpected{taken.error()};
    }
    return given;
  }
  if (given.find(kExposed)) return std::unexpected{wrong_at("with.exposed", "computed_here")};
  const auto book = find_book(context, call, form.id);
  if (!book) return std::unexpected{book.error()};
  const auto held = hold_ledger(context, call, *book);
  if (!held) return std::unexpected{held.error()};
  const auto worst = exposed_of(call, *book, *(*held)->ledger);
  if (!worst) return std::unexpected{worst.error()};
  Value out = given;
  out.as_record()->insert_or_assign(std::string{kExposed}, to_value(*worst));
  return out;
}

}  // namespace

std::expected<Value, Problem> with_computed(Context& context, const Call& call,
                                            const ClearingForm& form, const Value& given) {
  const packs::Service* service = packs::find(form.pack->services, form.service);
  if (service && is_transfer(*service) && !form.starts && given.as_record()) {
    return of_transfer(context, call, form, given);
  }
  const auto shape = clearing_of(*form.pack);
  if (shape && form.service == shape->order && given.as_record()) {
    for (const std::string& field : computed_of_order()) {
      if (given.find(field)) {
        return std::unexpected{wrong_at("with." + field, "computed_here")};
      }
    }
    return of_order(context, call, form, given);
  }
  if (shape && given.as_record() && !shape->share.empty() &&
      (form.service == shape->share || form.service == shape->netting)) {
    for (const std::string& field : computed_of_netting()) {
      if (given.find(field)) {
        return std::unexpected{wrong_at("with." + field, "computed_here")};
      }
    }
    return of_netting(context, call, form, given);
  }
  if (shape && given.as_record() && form.service == shape->book) {
    return of_book(context, call, form, given);
  }
  const bool batch = shape && form.service == shape->batch;
  if (!shape || !given.as_record() || (!batch && form.service != shape->window)) return given;
  for (const std::string_view field : kComputed) {
    if (given.find(field)) {
      return std::unexpected{wrong_at("with." + std::string{field}, "computed_here")};
    }
  }
  return batch ? of_batch(context, call, given) : Filling{context, call, form, given}.of_window();
}

namespace {

std::vector<Warning> batch_warnings(Context& context, const Call& call, const Value& given) {
  const Value* file = given.find("file");
  if (given.text_at("what") != "refused" || !file) return {};
  const auto book = find_book(context, call, given.text_at("book"));
  const auto rows = deposited_bytes(context, call.key->principal(), *file);
  if (!book || !rows) return {};
  const auto warning = unknown_refusals(context, call, *book, *rows);
  return warning ? std::vector{*warning} : std::vector<Warning>{};
}

}  // namespace

std::vector<Warning> clearing_warnings(Context& context, const Call& call, const ClearingForm& form,
                                       const Value& given) {
  const auto shape = clearing_of(*form.pack);
  if (shape && form.starts && form.service == shape->batch) {
    return batch_warnings(context, call, given);
  }
  const Value* file = given.find("tariff");
  if (!shape || !form.starts || form.service != shape->book || !file) return {};
  const auto text = deposited_bytes(context, call.key->principal(), *file);
  if (!text) return {};
  const auto tariff = tariff_in(*text, "with.tariff");
  if (!tariff || tariff->rules >= 2) return {};
  return {
      {.where = "with.tariff", .why = texts::title("fares.rules_1", {{"tariff", tariff->name}})}};
}

std::vector<std::string> without_computed(const packs::Pack& pack, const packs::Service& service,
                                          std::vector<std::string> form) {
  form = packs::asked(service, std::move(form));
  if (is_transfer(service)) std::erase(form, kMetIn);
  const auto shape = clearing_of(pack);
  if (shape && &service == packs::find(pack.services, shape->order)) {
    std::erase_if(form, [](const std::string& field) {
      return std::ranges::find(computed_of_order(), field) != computed_of_order().end();
    });
    return form;
  }
  if (shape && (&service == packs::find(pack.services, shape->share) ||
                &service == packs::find(pack.services, shape->netting))) {
    std::erase_if(form, [](const std::string& field) {
      return std::ranges::find(computed_of_netting(), field) != computed_of_netting().end();
    });
    return form;
  }
  if (shape && &service == packs::find(pack.services, shape->book)) {
    std::erase(form, kExposed);
    std::erase(form, kChecked);
    return form;
  }
  if (!shape || (&service != packs::find(pack.services, shape->batch) &&
                 &service != packs::find(pack.services, shape->window))) {
    return form;
  }
  std::erase_if(form, [](const std::string& field) {
    return std::ranges::find(kComputed, field) != kComputed.end();
  });
  return form;
}

}  // namespace bashu::api
