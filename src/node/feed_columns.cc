#include "node/feed_columns.h"

#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "formats/event.pb.h"
#include "node/codec_members.h"

namespace bashu::node {

namespace {

using parts::put;
using parts::put_into;
using parts::Reader;
namespace pb = formats;

template <typename Repeated>
std::vector<std::string> read_texts(const Repeated& in) {
  return {in.begin(), in.end()};
}
Date day(std::int32_t days) { return Date::from_days(days); }

// A column of texts: one after the other, and their sizes.
template <typename Sizes>
void put_column(const std::string& text, std::string* texts, Sizes* sizes) {
  *texts += text;
  sizes->Add(static_cast<std::uint32_t>(text.size()));
}
class ColumnReader {
 public:
  explicit ColumnReader(std::string_view texts) : rest_{texts} {}
  bool take(std::uint32_t size, std::string& out) {
    if (size > rest_.size()) return false;
    out.assign(rest_.substr(0, size));
    rest_.remove_prefix(size);
    return true;
  }
  [[nodiscard]] bool done() const { return rest_.empty(); }

 private:
  std::string_view rest_;
};

// Lists what repeats within one batch. The tables point into the event being encoded.
class FeedWriter {
 public:
  explicit FeedWriter(pb::FeedTaken& out) : out_{out} {}

  void write(const core::FeedTaken& event) {
    out_.set_feed(event.feed);
    reserve(event);
    for (const core::FeedLine& line : event.lines) {
      put_column(line.key, out_.mutable_keys(), out_.mutable_key_sizes());
      out_.add_posting_counts(static_cast<std::uint32_t>(line.postings.size()));
      out_.add_record_counts(static_cast<std::uint32_t>(line.records.size()));
      out_.add_contents(line.content);
      no_contents_ = no_contents_ && line.content == 0;
      all_one_ = all_one_ && line.postings.size() == 1;
      no_records_ = no_records_ && line.records.empty();
      for (const core::Posted& posting : line.postings) write(posting);
      for (std::size_t i = 0; i < line.records.size(); ++i) write(line.records[i], i);
    }
    if (all_one_) out_.clear_posting_counts();
    if (no_records_) out_.clear_record_counts();
    if (cases_.empty()) out_.clear_posting_cases();
    if (no_contents_) out_.clear_contents();
  }

 private:
  struct AccountHash {
    std::size_t operator()(const core::Account* account) const {
      const std::hash<std::string_view> hash;
      return hash(account->key) * 31 + hash(account->kind) * 7 + hash(account->book);
    }
  };
  struct AccountSame {
    bool operator()(const core::Account* a, const core::Account* b) const { return *a == *b; }
  };

  void reserve(const core::FeedTaken& event) {
    std::size_t postings = 0, key_bytes = 0;
    for (const core::FeedLine& line : event.lines) {
      postings += line.postings.size();
      key_bytes += line.key.size();
    }
    const int lines = static_cast<int>(event.lines.size());
    out_.mutable_keys()->reserve(key_bytes);
    out_.mutable_key_sizes()->Reserve(lines);
    out_.mutable_posting_counts()->Reserve(lines);
    out_.mutable_record_counts()->Reserve(lines);
    out_.mutable_contents()->Reserve(lines);
    const int count = static_cast<int>(postings);
    out_.mutable_from()->Reserve(count);
    out_.mutable_to()->Reserve(count);
    out_.mutable_amounts()->Reserve(count);
    out_.mutable_days()->Reserve(count);
    out_.mutable_posting_cases()->Reserve(count);
  }

  void write(const core::Posted& posting) {
    out_.add_from(index(posting.from, last_from_));
    out_.add_to(index(posting.to, last_to_));
    out_.add_amounts(posting.amount);
    out_.add_days(posting.on.days());
    out_.add_posting_cases(posting.id.empty() ? 0 : case_index(posting.id));
  }

  // One side of the postings of a feed is often the same account line after line.
  struct Last {
    const core::Account* account = nullptr;
    std::uint32_t index = 0;
  };
  std::uint32_t index(const core::Account& account, Last& last) {
    if (last.account && *last.account == account) return last.index;
    const auto [it, added] =
        accounts_.try_emplace(&account, static_cast<std::uint32_t>(accounts_.size()));
    if (added) put(account, out_.add_accounts());
    last = {.account = &account, .index = it->second};
    return it->second;
  }

  std::uint32_t case_index(const std::string& id) {
    const auto [it, added] =
        cases_.try_emplace(std::string_view{id}, static_cast<std::uint32_t>(cases_.size() + 1));
    if (added) *out_.add_cases() = id;
    return it->second;
  }

  void write(const core::RecordPut& record, std::size_t place) {
    out_.add_record_heads(head_index(record, place));
    put_column(record.key, out_.mutable_record_keys(), out_.mutable_record_key_sizes());
    out_.add_record_days(record.on.days());
    if (const Value::Record* fields = record.fields.as_record()) {
      for (const auto& [name, value] : *fields) put(value, out_.add_record_values());
    } else {
      put(record.fields, out_.add_record_values());
    }
  }

  static bool same_head(const core::RecordPut& a, const core::RecordPut& b) {
    const Value::Record* left = a.fields.as_record();
    const Value::Record* right = b.fields.as_record();
    if (!left != !right || a.reg != b.reg || a.keeper != b.keeper || a.side != b.side ||
        a.id != b.id || a.sided != b.sided || a.sides != b.sides) {
      return false;
    }
    return !left || std::equal(left->begin(), left->end(), right->begin(), right->end(),
                               [](const auto& x, const auto& y) { return x.first == y.first; });
  }

  // Records at one place of a line mostly have one head; beyond that the search is short, and it
  // is bounded so that a batch of many heads stays linear.
  std::uint32_t head_index(const core::RecordPut& record, std::size_t place) {
    constexpr std::size_t kSearchMax = 16;
    if (place >= head_at_.size()) head_at_.resize(place + 1, 0);
    if (head_at_[place] < heads_.size() && same_head(*heads_[head_at_[place]], record)) {
      return head_at_[place];
    }
    const std::size_t from = heads_.size() > kSearchMax ? heads_.size() - kSearchMax : 0;
    for (std::size_t i = from; i < heads_.size(); ++i) {
      if (same_head(*heads_[i], record)) return head_at_[place] = static_cast<std::uint32_t>(i);
    }
    heads_.push_back(&record);
    pb::FeedTaken::RecordHead* head = out_.add_heads();
    head->set_reg(record.reg);
    head->set_keeper(record.keeper);
    head->set_side(record.side);
    head->set_id(record.id);
    put_into(record.sided, head->mutable_sided());
    put_into(record.sides, head->mutable_sides());
    if (const Value::Record* fields = record.fields.as_record()) {
      for (const auto& member : *fields) head->add_names(member.first);
    } else {
      head->set_whole(true);
    }
    return head_at_[place] = static_cast<std::uint32_t>(heads_.size() - 1);
  }

  pb::FeedTaken& out_;
  std::unordered_map<const core::Account*, std::uint32_t, AccountHash, AccountSame> accounts_;
  std::unordered_map<std::string_view, std::uint32_t> cases_;
  std::vector<const core::RecordPut*> heads_;
  std::vector<std::uint32_t> head_at_;
  Last last_from_, last_to_;
  bool all_one_ = true, no_records_ = true, no_contents_ = true;
};

// Checks every column against the others before it is followed.
class FeedReader {
 public:
  FeedReader(Reader& reader, const pb::FeedTaken& in)
      : reader_{reader}, in_{in}, keys_{in.keys()}, record_keys_{in.record_keys()} {}

  core::FeedTaken read() {
    core::FeedTaken event{.feed = in_.feed(), .lines = {}};
    if (!columns_agree()) return bad();
    for (const pb::Account& account : in_.accounts()) accounts_.push_back(reader_.account(account));
    event.lines.resize(static_cast<std::size_t>(in_.key_sizes_size()));
    for (int i = 0; i < in_.key_sizes_size(); ++i) {
      core::FeedLine& line = event.lines[static_cast<std::size_t>(i)];
      if (!keys_.take(in_.key_sizes(i), line.key)) return bad();
      if (in_.contents_size() != 0) line.content = in_.contents(i);
      const std::uint32_t postings = in_.posting_counts_size() == 0 ? 1 : in_.posting_counts(i);
      const std::uint32_t records = in_.record_counts_size() == 0 ? 0 : in_.record_counts(i);
      if (postings > static_cast<std::uint32_t>(in_.from_size() - posting_)) return bad();
      line.postings.resize(postings);
      for (core::Posted& posting : line.postings) {
        if (!read(posting)) return bad();
      }
      if (records > static_cast<std::uint32_t>(in_.record_heads_size() - record_)) return bad();
      line.records.resize(records);
      for (core::RecordPut& record : line.records) {
        if (!read(record)) return bad();
      }
    }
    const bool complete = keys_.done() && record_keys_.done() && posting_ == in_.from_size() &&
                          record_ == in_.record_heads_size() && value_ == in_.record_values_size();
    return complete ? std::move(event) : bad();
  }

 private:
  [[nodiscard]] bool columns_agree() const {
    const auto fits = [](int size, int wanted) { return size == 0 || size == wanted; };
    const int lines = in_.key_sizes_size(), postings = in_.from_size();
    const int records = in_.record_heads_size();
    return fits(in_.posting_counts_size(), lines) && fits(in_.record_counts_size(), lines) &&
           fits(in_.contents_size(), lines) && in_.to_size() == postings &&
           in_.amounts_size() == postings && in_.days_size() == postings &&
           fits(in_.posting_cases_size(), postings) && in_.record_key_sizes_size() == records &&
           in_.record_days_size() == records;
  }
  core::FeedTaken bad() {
    reader_.error = "columns of a feed that do not agree";
    return core::FeedTaken{};
  }
  bool read(core::Posted& posting) {
    const std::uint32_t from = in_.from(posting_), to = in_.to(posting_);
    if (from >= accounts_.size() || to >= accounts_.size()) return false;
    posting.from = accounts_[from];
    posting.to = accounts_[to];
    posting.amount = in_.amounts(posting_);
    posting.on = day(in_.days(posting_));
    if (in_.posting_cases_size() != 0) {
      const std::uint32_t of = in_.posting_cases(posting_);
      if (of > static_cast<std::uint32_t>(in_.cases_size())) return false;
      if (of > 0) posting.id = core::CaseId{in_.cases(static_cast<int>(of - 1))};
    }
    ++posting_;
    return true;
  }
  bool read(core::RecordPut& record) {
    const std::uint32_t which = in_.record_heads(record_);
    if (which >= static_cast<std::uint32_t>(in_.heads_size())) return false;
    const pb::FeedTaken::RecordHead& head = in_.heads(static_cast<int>(which));
    record.reg = core::RegisterId{head.reg()};
    record.keeper = core::PartyId{head.keeper()};
    record.side = core::PartyId{head.side()};
    record.id = core::CaseId{head.id()};
    record.sided = read_texts(head.sided());
    record.sides.clear();
    for (const std::string& side : head.sides()) record.sides.emplace_back(side);
    record.on = day(in_.record_days(record_));
    if (!record_keys_.take(in_.record_key_sizes(record_), record.key)) return false;
    const int values = head.whole() ? 1 : head.names_size();
    if (values > in_.record_values_size() - value_) return false;
    if (head.whole()) {
      record.fields = reader_.value(in_.record_values(value_));
    } else {
      Value::Record fields;
      for (int i = 0; i < values; ++i) {
        fields.emplace_hint(fields.end(), head.names(i),
                            reader_.value(in_.record_values(value_ + i)));
      }
      if (fields.size() != static_cast<std::size_t>(values)) return false;
      record.fields = std::move(fields);
    }
    value_ += values;
    ++record_;
    return true;
  }

  Reader& reader_;
  const pb::FeedTaken& in_;
  ColumnReader keys_, record_keys_;
  std::vector<core::Account> accounts_;
  int posting_ = 0, record_ = 0, value_ = 0;
};

}  // namespace

void put_feed(const core::FeedTaken& event, pb::FeedTaken* out) { FeedWriter{*out}.write(event); }

core::FeedTaken read_feed(Reader& reader, const pb::FeedTaken& in) {
  return FeedReader{reader, in}.read();
}

}  // namespace bashu::node
