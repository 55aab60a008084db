// The order of versions: a version is a list of numbers, words and lists; a dot goes on in the same
// list, a hyphen and each change between digits and letters begin a new one inside it.

#include <algorithm>
#include <iterator>
#include <memory>

#include "config/plugin_version.h"

namespace millrace::config {
namespace {

struct Item {
  enum class Kind { kNumber, kWord, kList };
  Kind kind = Kind::kList;
  std::string text;  // a number without leading zeros, "" for 0; a word in lower case
  std::vector<std::unique_ptr<Item>> items;
};

constexpr std::string_view kQualifiers[] = {"alpha",    "beta", "milestone", "rc",
                                            "snapshot", "",     "sp"};
constexpr std::string_view kReleased = "5";  // the place of ""

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Known words in their order, others after them by their letters. Compared as text.
std::string rank(const std::string& word) {
  const auto found = std::find(std::begin(kQualifiers), std::end(kQualifiers), word);
  const std::string place = std::to_string(found - std::begin(kQualifiers));
  return found == std::end(kQualifiers) ? place + "-" + word : place;
}

std::unique_ptr<Item> number(std::string_view digits) {
  auto item = std::make_unique<Item>();
  item->kind = Item::Kind::kNumber;
  while (!digits.empty() && digits.front() == '0') digits.remove_prefix(1);
  item->text = digits;
  return item;
}

std::unique_ptr<Item> word(std::string_view letters, bool before_digit) {
  auto item = std::make_unique<Item>();
  item->kind = Item::Kind::kWord;
  item->text = letters;
  if (before_digit && letters == "a") item->text = "alpha";
  if (before_digit && letters == "b") item->text = "beta";
  if (before_digit && letters == "m") item->text = "milestone";
  if (letters == "ga" || letters == "final" || letters == "release") item->text.clear();
  if (letters == "cr") item->text = "rc";
  return item;
}

bool is_null(const Item& item) {
  switch (item.kind) {
    case Item::Kind::kNumber: return item.text.empty();
    case Item::Kind::kWord: return rank(item.text) == kReleased;
    case Item::Kind::kList: return item.items.empty();
  }
  return false;
}

// What says nothing at the end of a list goes, and before lists at its end.
void normalize(Item& list) {
  for (size_t i = list.items.size(); i-- > 0;) {
    if (is_null(*list.items[i]))
      list.items.erase(list.items.begin() + static_cast<std::ptrdiff_t>(i));
    else if (list.items[i]->kind != Item::Kind::kList)
      break;
  }
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  return out;
}

class Parser {
 public:
  std::unique_ptr<Item> parse(std::string_view version) {
    const std::string text = lower(version);
    size_t start = 0;
    bool digits = false;
    auto part = [&text, &start](size_t end) {
      return std::string_view(text).substr(start, end - start);
    };
    for (size_t i = 0; i < text.size(); ++i) {
      if (text[i] == '.' || text[i] == '-') {
        add(i == start || digits ? number(part(i)) : word(part(i), false));
        start = i + 1;
        if (text[i] == '-') open();
      } else if (is_digit(text[i]) != digits) {
        if (i > start) {
          if (!digits && !list_->items.empty()) open();
          add(digits ? number(part(i)) : word(part(i), true));
          start = i;
          open();
        }
        digits = !digits;
      }
    }
    if (text.size() > start) {
      if (!digits && !list_->items.empty()) open();
      add(digits ? number(part(text.size())) : word(part(text.size()), false));
    }
    for (size_t i = opened_.size(); i-- > 0;) normalize(*opened_[i]);
    return std::move(whole_);
  }

 private:
  void add(std::unique_ptr<Item> item) { list_->items.push_back(std::move(item)); }
  void open() {
    add(std::make_unique<Item>());
    list_ = list_->items.back().get();
    opened_.push_back(list_);
  }
  std::unique_ptr<Item> whole_ = std::make_unique<Item>();
  Item* list_ = whole_.get();
  std::vector<Item*> opened_{list_};
};

int order(int difference) { return difference < 0 ? -1 : difference > 0 ? 1 : 0; }

int compare(const Item* a, const Item* b);

int compare_with_nothing(const Item& item) {
  switch (item.kind) {
    case Item::Kind::kNumber: return item.text.empty() ? 0 : 1;
    case Item::Kind::kWord: return order(rank(item.text).compare(kReleased));
    case Item::Kind::kList: break;
  }
  for (const auto& each : item.items)
    if (const int result = compare(each.get(), nullptr); result != 0) return result;
  return 0;
}

int compare_lists(const Item& a, const Item& b) {
  for (size_t i = 0; i < std::max(a.items.size(), b.items.size()); ++i) {
    const Item* left = i < a.items.size() ? a.items[i].get() : nullptr;
    const Item* right = i < b.items.size() ? b.items[i].get() : nullptr;
    if (const int result = compare(left, right); result != 0) return result;
  }
  return 0;
}

int compare(const Item* a, const Item* b) {
  if (a == nullptr) return b == nullptr ? 0 : -compare_with_nothing(*b);
  if (b == nullptr) return compare_with_nothing(*a);
  using Kind = Item::Kind;
  if (a->kind != b->kind) {
    // A number is greater than a list, a list than a word.
    auto place = [](Kind kind) { return kind == Kind::kNumber ? 2 : kind == Kind::kList ? 1 : 0; };
    return order(place(a->kind) - place(b->kind));
  }
  if (a->kind == Kind::kList) return compare_lists(*a, *b);
  if (a->kind == Kind::kWord) return order(rank(a->text).compare(rank(b->text)));
  if (a->text.size() != b->text.size()) return a->text.size() < b->text.size() ? -1 : 1;
  return order(a->text.compare(b->text));
}

}  // namespace

int compare_versions(std::string_view a, std::string_view b) {
  return compare(Parser().parse(a).get(), Parser().parse(b).get());
}

}  // namespace millrace::config
