#include "bank/xml.h"

#include <libxml/parser.h>
#include <libxml/xmlschemas.h>

#include <limits>

namespace bashu::bank {

namespace {

struct FreeSchema {
  void operator()(xmlSchemaParserCtxt* one) const { xmlSchemaFreeParserCtxt(one); }
  void operator()(xmlSchema* one) const { xmlSchemaFree(one); }
  void operator()(xmlSchemaValidCtxt* one) const { xmlSchemaFreeValidCtxt(one); }
};
template <typename T>
using Own = std::unique_ptr<T, FreeSchema>;

#if LIBXML_VERSION >= 21200
using XmlError = const xmlError;
#else
using XmlError = xmlError;
#endif
// Keeps the first error.
void keep(void* to, XmlError* error) {
  auto& text = *static_cast<std::string*>(to);
  if (!text.empty() || !error || !error->message) return;
  text = std::to_string(error->line) + ": " + error->message;
  while (text.ends_with('\n')) text.pop_back();
}

}  // namespace

Doc parse(std::string_view text) {
  if (text.size() > static_cast<std::size_t>(std::numeric_limits<int>::max())) return {};
  constexpr int kOptions = XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING;
  Doc doc{
      xmlReadMemory(text.data(), static_cast<int>(text.size()), "message.xml", nullptr, kOptions)};
  if (doc && xmlGetIntSubset(doc.get())) return {};
  return doc;
}

std::optional<std::string> against_schema(std::string_view text, const std::string& schema) {
  const Doc doc = parse(text);
  if (!doc) return "not XML";
  std::string wrong;
  const Own<xmlSchemaParserCtxt> parser{xmlSchemaNewParserCtxt(schema.c_str())};
  xmlSchemaSetParserStructuredErrors(parser.get(), keep, &wrong);
  const Own<xmlSchema> read{xmlSchemaParse(parser.get())};
  if (!read) return schema + ":" + (wrong.empty() ? " no schema" : wrong);
  const Own<xmlSchemaValidCtxt> check{xmlSchemaNewValidCtxt(read.get())};
  xmlSchemaSetValidStructuredErrors(check.get(), keep, &wrong);
  if (xmlSchemaValidateDoc(check.get(), doc.get()) == 0) return std::nullopt;
  return wrong;
}

}  // namespace bashu::bank
