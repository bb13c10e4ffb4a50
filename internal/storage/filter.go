package storage

import (
	"context"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"go.mongodb.org/mongo-driver/v2/bson"
	"golang.org/x/text/unicode/norm"

	"sen/internal/content"
)

// where collects the conditions of a filter. It is the only place where what a
// client asks becomes an operator of the store: keys are written here, and every
// value stands under an operator.
type where struct {
	view
	// kind and stage say which copies of which entries are filtered.
	kind  content.Kind
	stage content.Stage
	// single are the stored links of the kind that have at most one end.
	single map[string]bool
	// chain are the languages that answer for a text, the asked one first.
	chain []content.Locale
	conds bson.A
	err   error

	// depth is how many relations lead from the list to these entries: 0 for the list's own filter.
	depth int
	// lookups are shared by the list's filter and every `where` in it.
	*lookups
}

// add takes a condition on a stored field of the copy that is read.
func (w *where) add(field string, cond any) {
	w.conds = append(w.conds, bson.D{{Key: w.at + field, Value: cond}})
}

// refuse keeps the first thing that is wrong.
func (w *where) refuse(format string, args ...any) {
	if w.err == nil {
		w.err = content.Errorf(content.CodeBadUserInput, format, args...)
	}
}

// nothing holds for no entry.
var nothing = bson.D{{Key: "_id", Value: bson.D{{Key: "$in", Value: bson.A{}}}}}

// match compares a field with values.
func match[V any](w *where, path string, m *content.Match[V]) {
	if m == nil {
		return
	}
	for _, c := range matches(w, m) {
		w.conds = append(w.conds, bson.D{{Key: path, Value: bson.D{c}}})
	}
}

// matches are the conditions of the operators that every value has.
func matches[V any](w *where, m *content.Match[V]) (conds []bson.E) {
	if m.Eq != nil {
		conds = append(conds, bson.E{Key: "$eq", Value: *m.Eq})
	}
	if m.Ne != nil {
		conds = append(conds, bson.E{Key: "$ne", Value: *m.Ne})
	}
	if m.In != nil {
		w.limit(len(m.In))
		conds = append(conds, bson.E{Key: "$in", Value: m.In})
	}
	if m.NotIn != nil {
		w.limit(len(m.NotIn))
		conds = append(conds, bson.E{Key: "$nin", Value: m.NotIn})
	}
	return conds
}

// limit refuses a list of values that is too long.
func (w *where) limit(n int) {
	if n > content.MaxFilterValues {
		w.refuse("A list in a filter has %d values; at most %d are allowed.", n, content.MaxFilterValues)
	}
}

// compare compares a field that has an order.
func compare[V any](w *where, field string, r *content.Range[V]) {
	if r == nil {
		return
	}
	match(w, w.at+field, &r.Match)
	for _, op := range []struct {
		name  string
		value *V
	}{{"$gt", r.Gt}, {"$gte", r.Gte}, {"$lt", r.Lt}, {"$lte", r.Lte}} {
		if op.value != nil {
			w.add(field, bson.D{{Key: op.name, Value: *op.value}})
		}
	}
	w.exists(field, r.Exists)
}

// exists asks whether a field is there. What is empty is not stored.
func (w *where) exists(field string, want *bool) {
	switch {
	case want == nil:
	case *want:
		w.add(field, bson.D{{Key: "$ne", Value: nil}})
	default:
		w.add(field, bson.D{{Key: "$eq", Value: nil}})
	}
}

// text compares a text by its keys: one in several languages as it is shown, or one of none that has keys, such as a
// file's name.
func (w *where) text(field string, f *content.StringFilter) {
	if f == nil {
		return
	}
	w.checkText(f)
	locale := "." + string(w.chain[0])
	match(w, w.at+keys+"same."+field+locale, formed(&f.Match, content.Spelling))
	w.exists(field, f.Exists)
	w.pattern(keys+"fold."+field+locale, f, "")
}

// formed compares with other forms of the values.
func formed(m *content.Match[string], form func(string) string) *content.Match[string] {
	var made content.Match[string]
	for _, one := range []struct{ from, to **string }{{&m.Eq, &made.Eq}, {&m.Ne, &made.Ne}} {
		if *one.from != nil {
			s := form(**one.from)
			*one.to = &s
		}
	}
	for _, list := range []struct{ from, to *[]string }{{&m.In, &made.In}, {&m.NotIn, &made.NotIn}} {
		if *list.from != nil {
			*list.to = make([]string, len(*list.from))
			for i, s := range *list.from {
				(*list.to)[i] = form(s)
			}
		}
	}
	return &made
}

// plain compares a text of ASCII letters, digits and signs that has no keys, such as a slug. With the option "i" its
// beginning and parts are found in either case. For any other text take [where.text], which is blind to accents.
func (w *where) plain(field string, f *content.StringFilter, options string) {
	if f == nil {
		return
	}
	w.checkText(f)
	match(w, w.at+field, formed(&f.Match, norm.NFC.String))
	w.exists(field, f.Exists)
	w.pattern(field, f, options)
}

// status compares the state in which an entry is seen: always published for readers.
// Whoever asks for the trash by it gets that too.
func (w *where) status(m *content.StatusFilter) {
	if m == nil {
		return
	}
	if w.editing {
		w.view = w.withTrash()
		match(w, "state", m)
		return
	}
	is := content.StatePublished
	if m.Eq != nil && *m.Eq != is || m.Ne != nil && *m.Ne == is || m.In != nil && !slices.Contains(m.In, is) || slices.Contains(m.NotIn, is) {
		w.conds = append(w.conds, nothing)
	}
}

// pattern asks for a folded text's beginning or part. The value is quoted: it is
// text, whatever signs it has. One of which nothing is left when it is folded, such as a blank, is found nowhere.
func (w *where) pattern(field string, f *content.StringFilter, options string) {
	for _, p := range []struct {
		begin string
		part  *string
	}{{"^", f.StartsWith}, {"", f.Contains}} {
		if p.part == nil {
			continue
		}
		folded := content.Fold(*p.part)
		if strings.Contains(*p.part, "\x00") { // no text has it
			folded = ""
		}
		if n := utf8.RuneCountInString(folded); n > content.MaxFilterText { // a ligature may stand for many letters
			w.refuse("A text in a filter has %d characters, its ligatures taken apart; at most %d are allowed.", n, content.MaxFilterText)
		}
		if folded == "" {
			w.conds = append(w.conds, nothing)
			continue
		}
		w.add(field, bson.Regex{Pattern: p.begin + regexp.QuoteMeta(folded), Options: options})
	}
}

// checkText refuses values that are too long or no text.
func (w *where) checkText(f *content.StringFilter) {
	values := append(append([]string{}, f.In...), f.NotIn...)
	for _, p := range []*string{f.Eq, f.Ne, f.StartsWith, f.Contains} {
		if p != nil {
			values = append(values, *p)
		}
	}
	for _, v := range values {
		if n := utf8.RuneCountInString(v); n > content.MaxFilterText {
			w.refuse("A text in a filter has %d characters; at most %d are allowed.", n, content.MaxFilterText)
		}
	}
}

// collect takes the conditions of a filter with all that it combines.
func collect[F content.Filter[F]](w *where, own func(*where, F), f F, depth int) {
	if content.IsNil(f) || w.err != nil {
		return
	}
	if depth > content.MaxFilterDepth {
		w.refuse("The filter nests more than %d levels deep.", content.MaxFilterDepth)
		return
	}
	common := f.CommonParts()
	match(w, "_id", common.ID)
	w.plain("slug", common.Slug, "")
	compare(w, "createdAt", common.CreatedAt)
	compare(w, "updatedAt", common.UpdatedAt)
	compare(w, "publishedAt", common.PublishedAt)
	w.status(common.Status)
	own(w, f)

	logic := f.Parts()
	if n := max(len(logic.And), len(logic.Or)); n > content.MaxFilterParts {
		w.refuse("A filter combines %d others; at most %d are allowed.", n, content.MaxFilterParts)
		return
	}
	for _, part := range logic.And {
		collect(w, own, part, depth+1)
	}
	if logic.Or != nil {
		any := bson.A{}
		for _, part := range logic.Or {
			any = append(any, conjunction(w.part(func() { collect(w, own, part, depth+1) })))
		}
		if len(any) == 0 {
			w.conds = append(w.conds, nothing)
		} else {
			w.conds = append(w.conds, bson.D{{Key: "$or", Value: any}})
		}
	}
	if !content.IsNil(logic.Not) {
		w.conds = append(w.conds, bson.D{{Key: "$nor", Value: bson.A{
			conjunction(w.part(func() { collect(w, own, logic.Not, depth+1) })),
		}}})
	}
}

// part gives the conditions that a function adds, apart from those before.
func (w *where) part(add func()) bson.A {
	before := w.conds
	w.conds = nil
	add()
	mine := w.conds
	w.conds = before
	return mine
}

// conjunction holds when all conditions do. A single field's condition stays flat,
// where an index sees it.
func conjunction(conds bson.A) bson.D {
	switch len(conds) {
	case 0:
		return bson.D{}
	case 1:
		return conds[0].(bson.D)
	}
	return bson.D{{Key: "$and", Value: conds}}
}

// conditions turns a filter into conditions. What it has to know of other entries is looked up together.
func (c *Collection[T, F]) conditions(ctx context.Context, l *List[F], chain []content.Locale) (*where, error) {
	all := &lookups{store: c.store, drafts: l.Drafts}
	w := c.where(all, l.Stage, chain, l.Filter, 0)
	if w.err == nil && !all.asked.none() {
		if err := all.answer(ctx); err != nil {
			return nil, err
		}
		w = c.where(all, l.Stage, chain, l.Filter, 0)
	}
	return w, w.err
}

// where takes the conditions of a filter of the kind. Depth is how many relations lead from the list to its entries.
func (c *Collection[T, F]) where(all *lookups, stage content.Stage, chain []content.Locale, f F, depth int) *where {
	w := &where{
		view: c.view(stage), kind: c.kind, stage: stage, single: c.single, chain: chain, depth: depth, lookups: all,
	}
	collect(w, c.filter, f, 1)
	return w
}
