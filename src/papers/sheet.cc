#include "papers/sheet.h"

namespace bashu::papers {

namespace {

Value rows_value(const std::vector<Row>& rows) {
  Value::List list;
  for (const auto& [name, value] : rows) {
    list.push_back(Value::Record{{"name", name}, {"value", value}});
  }
  return list;
}

}  // namespace

Value sheet_value(const Sheet& sheet, Value::Record facts) {
  Value::List groups;
  for (const Sheet::Group& group : sheet.groups) {
    groups.push_back(Value::Record{{"title", group.title}, {"rows", rows_value(group.rows)}});
  }
  facts["format"] = "bashu.paper/v1";
  facts["language"] = sheet.language;
  facts["title"] = sheet.title;
  facts["issuer"] = sheet.issuer;
  facts["number"] = sheet.number;
  facts["text"] = sheet.text;
  facts["warning"] = sheet.warning;
  facts["groups"] = std::move(groups);
  facts["foot"] = rows_value(sheet.foot);
  facts["link"] = sheet.link;
  facts["code"] = sheet.code;
  facts["printed"] = sheet.printed.text();
  return facts;
}

}  // namespace bashu::papers
