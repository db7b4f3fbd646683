#include "bank/pain001.h"

#include <libxml/xmlwriter.h>

#include <algorithm>
#include <memory>

#include "base/assert.h"
#include "base/bytes.h"

namespace bashu::bank {

namespace {

constexpr const char* kNamespace = "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09";

const xmlChar* x(const char* text) { return reinterpret_cast<const xmlChar*>(text); }

struct Free {
  void operator()(xmlBuffer* one) const { xmlBufferFree(one); }
  void operator()(xmlTextWriter* one) const { xmlFreeTextWriter(one); }
};

// Elements, one call each; memory is all that can fail.
class Writer {
 public:
  Writer() {
    xmlTextWriterSetIndent(writer_.get(), 1);
    xmlTextWriterSetIndentString(writer_.get(), x("  "));
    xmlTextWriterStartDocument(writer_.get(), nullptr, "UTF-8", nullptr);
  }
  template <typename Inner>
  void in(const char* name, Inner inner) {
    open(name);
    inner();
    close();
  }
  void text(const char* name, const std::string& content) {
    BASHU_ASSERT(xmlTextWriterWriteElement(writer_.get(), x(name), x(content.c_str())) >= 0);
  }
  void attribute(const char* name, const char* content) {
    BASHU_ASSERT(xmlTextWriterWriteAttribute(writer_.get(), x(name), x(content)) >= 0);
  }
  void string(const std::string& content) {
    BASHU_ASSERT(xmlTextWriterWriteString(writer_.get(), x(content.c_str())) >= 0);
  }
  std::string finish() {
    BASHU_ASSERT(xmlTextWriterEndDocument(writer_.get()) >= 0);
    writer_.reset();
    return reinterpret_cast<const char*>(xmlBufferContent(buffer_.get()));
  }

 private:
  void open(const char* name) {
    BASHU_ASSERT(xmlTextWriterStartElement(writer_.get(), x(name)) >= 0);
  }
  void close() { BASHU_ASSERT(xmlTextWriterEndElement(writer_.get()) >= 0); }
  std::unique_ptr<xmlBuffer, Free> buffer_{xmlBufferCreate()};
  std::unique_ptr<xmlTextWriter, Free> writer_{xmlNewTextWriterMemory(buffer_.get(), 0)};
};

void agent(Writer& out, const char* name, const std::string& bank) {
  out.in(name, [&] {
    out.in("FinInstnId", [&] {
      if (!std::ranges::all_of(bank, [](char c) { return c >= '0' && c <= '9'; })) {
        return out.text("BICFI", bank);
      }
      out.in("ClrSysMmbId", [&] {
        out.in("ClrSysId", [&] { out.text("Cd", "CNAPS"); });
        out.text("MmbId", bank);
      });
    });
  });
}

void account(Writer& out, const char* name, const std::string& id) {
  out.in(name, [&] {
    out.in("Id", [&] { out.in("Othr", [&] { out.text("Id", id); }); });
    if (std::string_view{name} == "DbtrAcct") out.text("Ccy", "CNY");
  });
}

// Structured where the payee has a reference of its own for it.
void remittance(Writer& out, const Order& order) {
  if (order.reference.empty() && order.about.empty()) return;
  out.in("RmtInf", [&] {
    if (order.reference.empty()) return out.text("Ustrd", order.about);
    out.in("Strd", [&] {
      out.in("CdtrRefInf", [&] { out.text("Ref", order.reference); });
      if (!order.about.empty()) out.text("AddtlRmtInf", order.about);
    });
  });
}

void transfer(Writer& out, const Order& order, const Account& to) {
  out.in("CdtTrfTxInf", [&] {
    out.in("PmtId", [&] {
      if (!order.reference.empty()) out.text("InstrId", order.id);
      out.text("EndToEndId", carried(order));
    });
    out.in("Amt", [&] {
      out.in("InstdAmt", [&] {
        out.attribute("Ccy", "CNY");
        out.string(decimal(order.amount));
      });
    });
    agent(out, "CdtrAgt", to.bank);
    out.in("Cdtr", [&] { out.text("Nm", to.name); });
    account(out, "CdtrAcct", to.id);
    remittance(out, order);
  });
}

}  // namespace

std::string pain001(const std::vector<Order>& orders,
                    const std::map<std::string, Account>& accounts, Date on) {
  BASHU_ASSERT(!orders.empty());
  const Account& from = accounts.at(orders.front().payer);
  Money sum = 0;
  std::string all = on.text();
  for (const Order& order : orders) {
    BASHU_ASSERT(order.payer == orders.front().payer && order.amount > 0);
    BASHU_ASSERT(!__builtin_add_overflow(sum, order.amount, &sum));
    all += order.id;
  }
  const std::string id = hex(sha256(all)).substr(0, 32);
  const std::string count = std::to_string(orders.size());
  Writer out;
  out.in("Document", [&] {
    out.attribute("xmlns", kNamespace);
    out.in("CstmrCdtTrfInitn", [&] {
      out.in("GrpHdr", [&] {
        out.text("MsgId", id);
        // Of the day, not of the clock: the same orders give the same bytes.
        out.text("CreDtTm", on.text() + "T00:00:00+08:00");
        out.text("NbOfTxs", count);
        out.text("CtrlSum", decimal(sum));
        out.in("InitgPty", [&] { out.text("Nm", from.name); });
      });
      out.in("PmtInf", [&] {
        out.text("PmtInfId", id);
        out.text("PmtMtd", "TRF");
        out.text("NbOfTxs", count);
        out.text("CtrlSum", decimal(sum));
        out.in("ReqdExctnDt", [&] { out.text("Dt", on.text()); });
        out.in("Dbtr", [&] { out.text("Nm", from.name); });
        account(out, "DbtrAcct", from.id);
        agent(out, "DbtrAgt", from.bank);
        for (const Order& order : orders) transfer(out, order, accounts.at(order.payee));
      });
    });
  });
  return out.finish();
}

}  // namespace bashu::bank
