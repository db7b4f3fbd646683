#include "packs/depends.h"

#include <algorithm>
#include <string>

#include "packs/syntax.h"

namespace bashu::packs {

namespace {

bool is_row(Root root) { return root == Root::data || root == Root::entry; }

// Follows an expression into the `calc` it reads.
void follow(const Pack& pack, const Service* service, const Program& program,
            std::set<std::string>& seen, Reads& reads) {
  if (program.reads_as_of()) reads.elsewhere = true;
  for (const std::string& root : program.roots()) {
    if (root == "as_of" || root == "today" || root == "figure") reads.elsewhere = true;
    if (find(pack.registers, root) || find(pack.books, root)) reads.elsewhere = true;
    if (root != "parent" || !service) continue;
    reads.parent = true;
    // Which `calc` of the parent is read the program does not tell: any of them may be.
    const Service* parent = find(pack.services, service->parent);
    if (!parent || !seen.insert("parent/" + service->parent).second) continue;
    for (const auto& [name, calc] : parent->calc) follow(pack, parent, *calc, seen, reads);
  }
  each_node(program.root(), [&](const Node& node) {
    if (node.op == Op::call &&
        (node.function == Function::add_workdays || node.function == Function::workdays)) {
      reads.elsewhere = true;
    }
    if (node.op == Op::member && node.kids[0].op == Op::root && is_row(node.kids[0].root)) {
      reads.fields.insert(node.name);
    }
    if (node.op == Op::method && node.of == "case") {
      const std::string* state = node.kids.empty() ? nullptr : node.kids[0].literal.as_text();
      reads.any = reads.any || !state;
      if (state) reads.visited.insert(*state);
    }
    if (node.op == Op::computed && node.of == "case" && node.name == "parties")
      reads.parties = true;
    const bool fixed = node.name == "id" || node.name == "parties" || node.name == "opened" ||
                       node.name == "service";
    if (node.op == Op::computed && node.of == "case" && !fixed) reads.any = true;
  });
  // `data` or `entry` as a whole, or through an index.
  std::size_t whole = 0, members = 0;
  each_node(program.root(), [&](const Node& node) {
    whole += node.op == Op::root && is_row(node.root);
    members += node.op == Op::member && node.kids[0].op == Op::root && is_row(node.kids[0].root);
  });
  if (whole != members) reads.any = true;
  if (!service) return;
  for (const std::string& name : program.calcs()) {
    const auto* calc = find(service->calc, name);
    if (calc && seen.insert(service->parent + "/" + name).second) {
      follow(pack, service, **calc, seen, reads);
    }
  }
}

bool node_reads_public(const Node& node, const Pack& pack, const Service* service,
                       const Register* reg) {
  if (node.op == Op::member && node.kids[0].op == Op::root) {
    const Type* type = nullptr;
    if (node.kids[0].root == Root::account) return true;
    if (node.kids[0].root == Root::entry && (node.name == "key" || node.name == "edition"))
      return true;
    if (node.kids[0].root == Root::entry && reg) type = reg->record->member(node.name);
    if (node.kids[0].root == Root::data && service) type = service->field(node.name);
    if (node.kids[0].root == Root::params) return true;
    return type && type->cls == Class::open;
  }
  if (node.op == Op::member && node.kids[0].op == Op::computed && node.kids[0].of == "parent" &&
      node.kids[0].name == "data") {
    const Service* parent = service ? find(pack.services, service->parent) : nullptr;
    const Type* type = parent ? parent->field(node.name) : nullptr;
    return type && type->cls == Class::open;
  }
  if (node.op == Op::computed && (node.of == "calc" || node.of == "parent.calc")) {
    const Service* owner =
        node.of == "calc" || !service ? service : find(pack.services, service->parent);
    const auto* calc = owner ? find(owner->calc, node.name) : nullptr;
    return calc && node_reads_public((*calc)->root(), pack, owner, reg);
  }
  if (node.op == Op::computed) return node.of != "parent" || node.name != "data";
  if (node.op == Op::record || node.op == Op::recorded || node.op == Op::account) return false;
  if (node.op == Op::root) return node.root == Root::as_of || node.root == Root::today;
  return std::ranges::all_of(
      node.kids, [&](const Node& kid) { return node_reads_public(kid, pack, service, reg); });
}

}  // namespace

Reads reads_of(const Pack& pack, const Figure& figure) {
  const Service* service =
      figure.source == Figure::Source::service ? find(pack.services, figure.of) : nullptr;
  Reads reads;
  std::set<std::string> seen;
  for (const ProgramPtr& program : {figure.where, figure.from, figure.to, figure.measure}) {
    if (program) follow(pack, service, *program, seen, reads);
  }
  for (const auto& [name, program] : figure.split) follow(pack, service, *program, seen, reads);
  for (const ProgramPtr& program : figure.between) follow(pack, service, *program, seen, reads);
  if (figure.between_case) follow(pack, service, *figure.between_case, seen, reads);
  using enum Figure::Concerns;
  const bool by_parties = figure.concerns == opener || figure.concerns == parties;
  if (service && by_parties) reads.parties = true;
  return reads;
}

bool reads_public(const Program& program, const Pack& pack, const Service* service,
                  const Register* reg) {
  return node_reads_public(program.root(), pack, service, reg);
}

bool reads_month(const Program& program) {
  bool reads = false;
  each_node(program.root(), [&](const Node& node) {
    reads = reads || (node.op == Op::member && node.name == "month" && !node.kids.empty() &&
                      node.kids[0].op == Op::root && node.kids[0].root == Root::account);
  });
  return reads;
}

}  // namespace bashu::packs
