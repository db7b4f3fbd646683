// Applies events to the tables. One thread; nothing outside sees its work before flush().
//
// Rows that change again before they are flushed are never updated on disk: a row waits in memory
// and is written once, with both its positions. Cases and records in use are kept in memory, and
// read back from their tables when they have been forgotten.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "core/account_table.h"
#include "core/event.h"
#include "sql/database.h"
#include "views/catalogue.h"
#include "views/figure_rows.h"
#include "views/row_buffer.h"
#include "views/rows.h"
#include "views/scope.h"

namespace bashu::views {

struct TextHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const {
    return std::hash<std::string_view>{}(text);
  }
};
// For looking up only: its order is nobody's.
template <typename T>
using ByText = std::unordered_map<std::string, T, TextHash, std::equal_to<>>;

class Writer final : public Lookups {
 public:
  // `commit_every`: of a rebuild, after how many entries at least what it made is kept, to go on
  // from there after a failure; 0: not before its end. What is kept is a fifth less than it has at
  // most: keeping writes rows that change again.
  Writer(Database& database, core::PartyId own, bool rebuilding, std::int64_t commit_every = 0);
  ~Writer() override;

  void apply(std::int64_t position, std::int64_t time_ms, const std::vector<core::Event>& events);
  void flush(std::string_view mark);
  // Writes what a rebuild kept back, and makes the indexes.
  void finish_rebuild();

  [[nodiscard]] const Catalogue& catalogue() const { return catalogue_; }
  // True once after the catalogue changed.
  [[nodiscard]] bool take_catalogue_changed() { return std::exchange(catalogue_changed_, false); }

 private:
  // How far a rebuild has come, and what may be asked of the tables.
  enum class Phase : std::uint8_t {
    rebuilding,          // rows are kept back, nothing can be found in the tables by its name
    rebuilding_indexed,  // rows are kept back, the indexes exist that find a case or record
    following,           // what is flushed is seen by readers
  };
  // Of what is kept in memory: `whole`, nothing was forgotten and what is not there does not exist;
  // `part`, it may stand in its table.
  enum class Extent : std::uint8_t { part, whole };
  struct Memory {
    Extent cases{}, records{}, accounts{}, texts{};
  };
  struct OpenRow {  // a figure's row of a case or record, as it stands
    std::int64_t figure = 0, split = 0, pos_from = 0;
    std::int64_t from = 0, to = 0, stated_from = 0, value = 0;
    std::string error;
    std::int64_t pending = 0;  // its number among all rows written; on disk if below pending_base_
  };
  struct FigureCells {
    OpenRow row;
    std::string subject;
    std::int64_t edition = 0;
    std::int64_t pos_to = kCurrent;
    bool dropped = false;
  };
  struct Service;  // a table and its plans
  struct CaseNow {
    CaseFacts facts;
    Service* table = nullptr;
    std::int64_t row = 0;
    std::vector<OpenRow> figures;
    std::vector<core::CaseId> children;
    bool children_known = false;
    std::int64_t touched = -1, used = 0;
    // What happened to it in this entry.
    bool fresh = false, moved = false;
    std::vector<std::string> changed;
  };
  struct RecordNow {
    RecordFacts facts;
    Service* table = nullptr;
    std::int64_t row = 0;
    std::vector<OpenRow> figures;
    std::int64_t touched = -1;
  };
  struct Service {
    TablePtr table;
    std::unique_ptr<RowBuffer> rows;
    std::map<const void*, Plan> plans;  // by service or register of a pack version
    const std::vector<std::size_t>* figures = nullptr;
    bool watched = false;
  };
  struct AccountNow {
    std::int64_t id = 0, kind = 0, balance = 0;
    bool dirty = false;
  };
  struct PostingCells {
    std::int64_t kind = 0, account = 0;
    Date on;
    std::int64_t position = 0, no = 0, amount = 0, counter = 0;
    core::CaseId case_id;
  };
  struct Apply;

  // Lookups, for stored figures: the parent case only.
  const CaseFacts* find_case(std::string_view id) override;
  packs::Eval<const Value*> record(const core::RegisterId& reg, std::string_view key) override;
  packs::Eval<std::int64_t> balance(const core::Account& account) override;
  packs::Eval<Value> window(const core::Account& account, std::string_view month) override;
  packs::Eval<Value> figure(const packs::Pack& pack, std::string_view name) override;
  const Calendar& calendar() override;
  Date as_of() override;

  CaseNow* load_case(std::string_view id);
  RecordNow* load_record(const core::RegisterId& reg, std::string_view key);
  void touch(CaseNow& now);
  void touch(RecordNow& now);
  const std::vector<core::CaseId>& children(CaseNow& now);
  void write_touched();
  void evaluate(CaseNow& now, bool for_parent);
  void evaluate(RecordNow& now);
  void store(std::vector<OpenRow>& open, const FigureDef& def, const std::string& subject,
             std::int64_t edition, std::optional<Counted> row);
  void add_figure_row(FigureCells cells);
  void close_figure_row(const OpenRow& row, const std::string& subject, std::int64_t edition);
  std::vector<OpenRow> open_rows(const Service& table, std::string_view subject,
                                 std::int64_t edition);
  std::int64_t intern(const std::string& text);
  AccountNow& account(const core::Account& account);
  void post(const core::Posted& event);
  void put(const core::RecordPut& event);
  void publish(const core::EditionPublished& event);
  void add_edition(const Table& table, std::int64_t id, const core::EditionPublished& event);
  std::vector<FigureCells> open_rows_of_edition(std::int64_t edition, Date day);
  void end_replaced(const Service& reg, const core::EditionPublished& event);
  void add_entries(Service& reg, const Plan& columns, std::int64_t id,
                   const core::EditionPublished& event);
  void adopt(const core::PackAdopted& event);
  void activate(const std::string& digest, Date from);
  void begin_day(Date day);
  void backfill(const FigureDef& def);
  [[nodiscard]] Span span_of_edition(std::int64_t edition);
  [[nodiscard]] bool rebuilding() const { return phase_ != Phase::following; }
  [[nodiscard]] bool is_to_be_kept() const;
  void use_catalogue();
  void begin();
  void flush_rows();
  void keep_position();
  // Before tables are read: also what a rebuild keeps back.
  void write_all();
  void write_figure_rows();
  void write_postings();
  // Before a case or record is looked up that was forgotten: a rebuild makes these indexes late.
  void need_lookups();
  void forget_some();
  Service* service_table(std::string_view thing);
  Service* register_table(std::string_view thing);
  const Plan& plan(Service& table, const packs::Service& service);
  const Plan& plan(Service& table, const packs::Register& reg);
  const Plan* register_plan(Service& table);

  Database& db_;
  core::PartyId own_;
  Phase phase_;
  std::int64_t commit_every_, committed_ = -1;
  Catalogue catalogue_;
  bool catalogue_changed_ = true;
  bool in_transaction_ = false;
  std::string mark_;  // of the newest entry
  Memory memory_;
  std::unordered_set<std::size_t> record_keys_;  // hashes of all keys, while records are whole
  std::int64_t position_ = -1;
  std::optional<Date> today_;
  std::int64_t last_time_ = 0, written_time_ = 0;
  std::vector<std::pair<std::int64_t, std::int64_t>> times_;
  std::int64_t posting_no_ = 0, step_no_ = 0;  // within the entry
  std::int64_t next_case_ = 1, next_edition_ = 1, next_account_ = 1, next_kind_ = 1, next_text_ = 1;
  std::int64_t next_party_ = 1, next_dispute_ = 1, next_told_ = 1;

  std::map<std::string, Service, std::less<>> services_, registers_;
  ByText<std::unique_ptr<CaseNow>> cases_;
  ByText<std::unique_ptr<RecordNow>> records_;
  std::unordered_map<core::Account, AccountNow, core::AccountHash> accounts_;
  ByText<std::int64_t> kinds_, texts_;
  std::vector<CaseNow*> touched_cases_;
  std::vector<RecordNow*> touched_records_;
  std::vector<AccountNow*> dirty_accounts_;  // places in a hash table do not move
  std::vector<FigureCells> figure_rows_;
  std::int64_t pending_base_ = 0;
  std::vector<std::pair<FigureCells, bool>> figure_closes_;  // true: remove
  std::vector<PostingCells> postings_;
  std::int64_t batch_ = 0;
};

}  // namespace bashu::views
