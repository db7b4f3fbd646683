// Fields and types of a pack (docs/formats/pack.md section 3): named types resolved, classes
// inferred, limits checked, circles found.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "packs/reader.h"
#include "packs/type.h"

namespace bashu::packs {

class TypeTable {
 public:
  // `pack` is the whole file: its `types` and `registers` are resolved when first named.
  TypeTable(Reader& reader, const Value::Record& pack);

  // All named types, each reported on even if nothing uses it.
  std::vector<Member> named_types();
  // A map from name to field. Titles are required unless the fields are nobody's form.
  std::vector<Member> fields(const Value* value, const std::string& path, bool titled = true,
                             bool in_register = false);
  // The record of a register, sided fields included; nullptr if there is no such register.
  TypePtr register_record(const std::string& name);
  // One type outside a field list, e.g. a book's.
  TypePtr type(const Value* value, const std::string& path);

 private:
  struct Resolved {
    std::shared_ptr<Type> type;  // nullptr after a fault
    std::size_t size = 1;        // members all told, named types written out
  };
  struct Field {
    bool titled = true;
    bool in_register = false;
  };
  using Inherited = std::optional<Class>;

  Resolved resolve(const Value& field, const std::string& path, Inherited inherited, int depth,
                   const Field& how);
  Resolved named(const std::string& name, const std::string& path, Inherited inherited, int depth);
  Resolved built_in(Kind kind, const Value::Record& field, const std::string& path,
                    Inherited inherited, int depth, const Field& how);
  void members(const Value* value, const std::string& path, Inherited inherited, int depth,
               const Field& how, Type& record, std::size_t& size);
  void limits(const Value::Record& field, const std::string& path, Type& type);
  void advice(const Value::Record& field, const std::string& path, Type& type);
  void measure(const Value::Record& field, const std::string& path, Type& type);
  void choices(const Value* value, const std::string& path, Type& type);
  void reference(const Value::Record& field, const std::string& path, Type& type);

  Reader& reader_;
  const Value::Record& pack_;
  const Value::Record* types_ = nullptr;
  const Value::Record* registers_ = nullptr;
  std::vector<std::string> chain_;  // names being resolved
  std::map<std::pair<std::string, Inherited>, Resolved> known_;
  std::map<std::string, TypePtr> records_;
};

}  // namespace bashu::packs
