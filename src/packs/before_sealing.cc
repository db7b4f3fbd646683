#include "packs/before_sealing.h"

#include <algorithm>
#include <utility>

#include "packs/given_scope.h"
#include "texts/texts.h"

namespace bashu::packs {

namespace {

std::string at(const std::string& field) { return "with." + field; }

// Whether all that `program` reads of the form is there and well formed.
bool readable_from(const Program& program, const Service& service, const Value& given) {
  return std::ranges::all_of(program.fields(), [&](const std::string& name) {
    const Type* type = service.field(name);
    const Value* value = given.find(name);
    return type && value && !check(*type, *value, name);
  });
}

}  // namespace

std::vector<std::string> asked(const Service& service, std::vector<std::string> form) {
  std::erase_if(form, [&](const std::string& name) { return find(service.before_sealing, name); });
  return form;
}

std::expected<Value, FormError> with_worked_out(const Pack& pack, const Service& service,
                                                Value given, Date today) {
  if (!given.as_record()) return given;
  const Value day{today.text()};
  for (const auto& [name, program] : service.before_sealing) {
    const auto& of = program->fields();
    const Title& title = service.field(name)->title;
    if (given.find(name)) {
      return std::unexpected{FormError{at(name), texts::title("form.worked_out_here")}};
    }
    if (!readable_from(*program, service, given)) continue;
    GivenScope scope{{"data", &given}, {"today", &day}, {"params", &pack.params_record}};
    auto value = evaluate(*program, scope);
    const Type& type = *service.field(name);
    if (!value || (value->is_null() && !type.optional)) {
      return std::unexpected{
          FormError{at(*of.begin()), texts::title("form.not_worked_out", {{"field", title}})}};
    }
    if (value->is_null()) continue;
    if (const auto bad = check(type, *value, {})) {
      return std::unexpected{
          FormError{at(*of.begin()),
                    texts::title("form.worked_out_wrong", {{"field", title}, {"why", bad->why}})}};
    }
    given.as_record()->insert_or_assign(name, *std::move(value));
  }
  return given;
}

}  // namespace bashu::packs
