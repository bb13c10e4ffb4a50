package mongodb

import (
	"encoding/hex"
	"sync"

	"go.mongodb.org/mongo-driver/v2/bson"
	"golang.org/x/text/collate"
	"golang.org/x/text/language"

	"sen/internal/content"
)

// What engines differ in is worked out here when an entry is written, and stored
// beside its copy: so both give the same order and the same matches.

// collators makes sort keys; a collator serves one goroutine at a time.
var collators = struct {
	sync.Mutex
	of map[content.Locale]*collate.Collator
}{of: map[content.Locale]*collate.Collator{}}

// sortedAs is a text's collation key in a language: comparing two keys as strings
// compares the texts as a reader of the language expects (CLDR's collation).
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

// textKeys are the store's own forms of a copy's texts, for each language of the
// site with what stands in for it: `sort` as readers order it, `fold` blind to case and accents.
func (c *Collection[T, F]) textKeys(copied *T, languages content.Languages) bson.D {
	var sorted, folded bson.D
	for field, text := range c.texts {
		var s, f bson.D
		for _, locale := range languages.Locales {
			shown, _ := text(copied).In(languages.Chain(locale))
			s = append(s, bson.E{Key: string(locale), Value: sortedAs(locale, shown)})
			f = append(f, bson.E{Key: string(locale), Value: content.Fold(shown)})
		}
		folded = append(folded, bson.E{Key: field, Value: f})
		if key, ok := c.orders[orderName(field)]; ok && key.localized {
			sorted = append(sorted, bson.E{Key: field, Value: s})
		}
	}
	return bson.D{{Key: "sort", Value: sorted}, {Key: "fold", Value: folded}}
}

// orderName is the schema's name for ordering by a text: NAME for name.
func orderName(field string) string {
	switch field {
	case "name":
		return "NAME"
	case "title":
		return "TITLE"
	}
	return ""
}
