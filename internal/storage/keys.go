package storage

import (
	"context"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"sync"

	"go.mongodb.org/mongo-driver/v2/bson"
	"golang.org/x/text/collate"
	"golang.org/x/text/language"

	"sen/internal/content"
	"sen/internal/storage/query"
)

// The engines compare and sort texts differently. So the store computes the sort keys and search keys itself when an
// entry is written, and stores them with the copy. That gives the same order and the same matches on both engines.

// collators makes sort keys. A collator must not be used by two goroutines at the same time.
var collators = struct {
	sync.Mutex
	of map[content.Locale]*collate.Collator
}{of: map[content.Locale]*collate.Collator{}}

// sortedAs returns the collation key of a text in a language. Comparing two keys as strings compares the texts as a
// reader of the language expects (CLDR's collation).
func sortedAs(locale content.Locale, text string) string {
	collators.Lock()
	defer collators.Unlock()
	c := collators.of[locale]
	if c == nil {
		c = collate.New(language.Make(string(locale)))
		collators.of[locale] = c
	}
	var buf collate.Buffer
	return hex.EncodeToString(c.KeyFromString(&buf, text))
}

// keysForm is the version of the algorithms that compute the keys. Any change of them must increase it.
const keysForm = 3

// formOf identifies the way in which the keys of a copy are computed for a site's languages. It is stored with the
// keys. Keys with another form are outdated, and [Store.Rekey] writes them again.
func formOf(languages content.Languages) string {
	return fmt.Sprint(keysForm, languages.Default, languages.Locales)
}

// textKeys returns the derived forms of a copy's texts, for each language of the site, with the fallback where a text
// is not translated: `sort` in the order that readers expect, `fold` without case and accents, `same` for exact
// comparison.
func (c *Collection[T, F]) textKeys(copied T, languages content.Languages) bson.D {
	var sorted, folded, same bson.D
	for _, field := range slices.Sorted(maps.Keys(c.texts)) { // a fixed order, so that equal copies have equal keys
		var s, f, e bson.D
		text := c.texts[field]
		for _, locale := range languages.Locales {
			shown, _ := text(copied).In(languages.Chain(locale))
			s = append(s, bson.E{Key: string(locale), Value: sortedAs(locale, shown)})
			f = append(f, bson.E{Key: string(locale), Value: content.Fold(shown)})
			if spelled := content.Spelling(shown); spelled != "" { // a missing text equals nothing
				e = append(e, bson.E{Key: string(locale), Value: spelled})
			}
		}
		folded, same = append(folded, bson.E{Key: field, Value: f}), append(same, bson.E{Key: field, Value: e})
		if key, ok := c.orders[orderName(field)]; ok && key.Localized {
			sorted = append(sorted, bson.E{Key: field, Value: s})
		}
	}
	for name, key := range c.composed {
		var s bson.D
		first, then := key.first(copied), c.texts[key.then](copied)
		for _, locale := range languages.Locales {
			shown, _ := then.In(languages.Chain(locale))
			s = append(s, bson.E{Key: string(locale), Value: first + sortedAs(locale, shown)})
		}
		sorted = append(sorted, bson.E{Key: name, Value: s})
	}
	return bson.D{
		{Key: formField, Value: formOf(languages)},
		{Key: "sort", Value: sorted},
		{Key: "fold", Value: folded},
		{Key: "same", Value: same},
	}
}

// orderName returns the schema's name for the order by a text: NAME for name.
func orderName(field string) string {
	switch field {
	case "name":
		return "NAME"
	case "title":
		return "TITLE"
	}
	return ""
}

// labelField returns the stored field of the entry's display name.
func (c *Collection[T, F]) labelField() string {
	if _, ok := c.texts["name"]; ok {
		return "name"
	}
	return "title" // also for media: one without a title is shown by its file's name
}

// WrittenOnlyIn counts the entries outside the trash that have a title or name, in either copy, in one of the
// languages locales and in none of the languages others.
func (s *Store) WrittenOnlyIn(ctx context.Context, locales, others []content.Locale) (entries int, err error) {
	for _, c := range s.collections {
		n, err := c.writtenOnlyIn(ctx, locales, others)
		if err != nil {
			return 0, err
		}
		entries += n
	}
	return entries, nil
}

func (c *Collection[T, F]) writtenOnlyIn(ctx context.Context, locales, others []content.Locale) (int, error) {
	if c.whole {
		return 0, nil
	}
	var either bson.A
	for _, at := range []string{query.Live, query.Draft} {
		path := at + c.labelField() + "."
		for _, l := range locales {
			only := bson.D{
				{Key: path + string(l), Value: bson.D{{Key: "$ne", Value: nil}}},
				{Key: path + string(content.Undetermined), Value: nil},
			}
			for _, other := range others {
				only = append(only, bson.E{Key: path + string(other), Value: nil})
			}
			either = append(either, only)
		}
	}
	return count(ctx, c.table, append(bson.D{{Key: "$or", Value: either}}, query.Working.Shown...))
}
