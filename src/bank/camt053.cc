#include "bank/camt053.h"

#include <initializer_list>

#include "bank/xml.h"

namespace bashu::bank {

namespace {

std::string_view name_of(const xmlNode* node) { return reinterpret_cast<const char*>(node->name); }

// The first element of a name directly below, in whatever namespace: versions differ in that.
const xmlNode* below(const xmlNode* node, std::string_view name) {
  for (const xmlNode* one = node ? node->children : nullptr; one; one = one->next) {
    if (one->type == XML_ELEMENT_NODE && name_of(one) == name) return one;
  }
  return nullptr;
}

const xmlNode* below(const xmlNode* node, std::initializer_list<std::string_view> path) {
  for (const std::string_view name : path) node = below(node, name);
  return node;
}

template <typename Each>
void each(const xmlNode* node, std::string_view name, Each one_by_one) {
  for (const xmlNode* one = node ? node->children : nullptr; one; one = one->next) {
    if (one->type == XML_ELEMENT_NODE && name_of(one) == name) one_by_one(one);
  }
}

std::string text_of(const xmlNode* node) {
  if (!node) return {};
  xmlChar* content = xmlNodeGetContent(const_cast<xmlNode*>(node));
  std::string out = content ? reinterpret_cast<const char*>(content) : "";
  xmlFree(content);
  const auto first = out.find_first_not_of(" \t\r\n");
  if (first == std::string::npos) return {};
  return out.substr(first, out.find_last_not_of(" \t\r\n") - first + 1);
}

std::string account_of(const xmlNode* account) {
  const xmlNode* id = below(account, "Id");
  const std::string iban = text_of(below(id, "IBAN"));
  return iban.empty() ? text_of(below(id, {"Othr", "Id"})) : iban;
}

// A status is a code below `Cd`, and the text itself until version 6.
std::string status_of(const xmlNode* entry) {
  const xmlNode* status = below(entry, "Sts");
  const xmlNode* code = below(status, "Cd");
  return text_of(code ? code : status);
}

class Reader {
 public:
  std::vector<Booking> bookings;
  std::string wrong;

  void statement(const xmlNode* statement) {
    const std::string account = account_of(below(statement, "Acct"));
    if (account.empty()) fail(statement, "Acct/Id");
    each(statement, "Ntry", [&](const xmlNode* one) { entry(one, account); });
  }

 private:
  void fail(const xmlNode* node, std::string_view what) {
    if (wrong.empty())
      wrong = "line " + std::to_string(xmlGetLineNo(node)) + ": " + std::string{what};
  }

  static std::string currency_of(const xmlNode* amount) {
    for (const xmlAttr* one = amount ? amount->properties : nullptr; one; one = one->next) {
      if (std::string_view{reinterpret_cast<const char*>(one->name)} == "Ccy") {
        return text_of(one->children);
      }
    }
    return {};
  }
  // What to say of an amount that is not in yuan, behind its place; at most a code of three
  // letters.
  static std::string foreign(const xmlNode* amount) {
    const std::string currency = currency_of(amount);
    return currency.empty() || currency == "CNY" ? "" : ": currency " + currency.substr(0, 3);
  }

  // In fen with its sign; the currency must be CNY.
  std::optional<Money> amount(const xmlNode* amount, bool in) {
    const auto value = fen(text_of(amount));
    if (currency_of(amount) != "CNY" || !value) return std::nullopt;
    return in ? *value : -*value;
  }

  void entry(const xmlNode* entry, const std::string& account) {
    if (status_of(entry) != "BOOK") return;
    const std::string indicator = text_of(below(entry, "CdtDbtInd"));
    if (indicator != "CRDT" && indicator != "DBIT") return fail(entry, "CdtDbtInd");
    const bool in = indicator == "CRDT";
    const auto total = amount(below(entry, "Amt"), in);
    if (!total) return fail(entry, "Amt" + foreign(below(entry, "Amt")));
    const xmlNode* booked = below(entry, "BookgDt");
    const xmlNode* date = below(booked, "Dt");
    const auto day = Date::parse(text_of(date ? date : below(booked, "DtTm")).substr(0, 10));
    if (!day) return fail(entry, "BookgDt");
    Booking out{.reference = text_of(below(entry, "AcctSvcrRef")),
                .account = account,
                .day = *day,
                .amount = *total,
                .reverses = text_of(below(entry, "RvslInd")) == "true" ||
                            text_of(below(entry, "RvslInd")) == "1",
                .details = {}};
    if (out.reference.empty()) out.reference = text_of(below(entry, "NtryRef"));
    out.by_place = out.reference.empty();
    if (out.by_place) {
      out.reference = account + "/" + out.day.text() + "/" + std::to_string(bookings.size() + 1);
    }
    each(entry, "NtryDtls", [&](const xmlNode* details) {
      each(details, "TxDtls", [&](const xmlNode* one) { detail(one, in, out); });
    });
    bookings.push_back(std::move(out));
  }

  void detail(const xmlNode* node, bool in, Booking& booking) {
    Detail out{
        .order = text_of(below(node, {"Refs", "EndToEndId"})), .amount = {}, .counterparty = {}};
    if (out.order == "NOTPROVIDED") out.order.clear();
    out.reference = text_of(below(node, {"RmtInf", "Strd", "CdtrRefInf", "Ref"}));
    const xmlNode* indicator = below(node, "CdtDbtInd");
    const bool detail_in = indicator ? text_of(indicator) == "CRDT" : in;
    const xmlNode* own = below(node, "Amt");
    const xmlNode* money = own ? own : below(node, {"AmtDtls", "TxAmt", "Amt"});
    if (money) {
      out.amount = amount(money, detail_in);
      if (!out.amount) return fail(node, "TxDtls/Amt" + foreign(money));
    }
    out.counterparty = account_of(below(node, {"RltdPties", detail_in ? "DbtrAcct" : "CdtrAcct"}));
    booking.details.push_back(std::move(out));
  }
};

}  // namespace

std::expected<std::vector<Booking>, std::string> read_camt053(std::string_view text) {
  const Doc doc = parse(text);
  const xmlNode* root = doc ? xmlDocGetRootElement(doc.get()) : nullptr;
  if (!root) return std::unexpected{std::string{"line 1: not XML, or with a document type"}};
  const xmlNode* all = below(root, "BkToCstmrStmt");
  if (name_of(root) != "Document" || !all) {
    return std::unexpected{std::string{"line 1: Document/BkToCstmrStmt"}};
  }
  Reader reader;
  each(all, "Stmt", [&](const xmlNode* one) { reader.statement(one); });
  if (!reader.wrong.empty()) return std::unexpected{reader.wrong};
  return std::move(reader.bookings);
}

}  // namespace bashu::bank
