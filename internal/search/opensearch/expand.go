package opensearch

import (
	"context"
	"strconv"
	"strings"
	"unicode/utf8"

	"sen/internal/search"
)

const (
	// longestPattern is the largest number of characters of a regular expression.
	longestPattern = 20_000
	// longestText is the largest number of letters of a text that is expanded. Its pattern is within longestPattern.
	longestText = 60
)

// Frequencies returns the number of documents of some stages, and for each term how many of them have it.
func (e *Engine) Frequencies(ctx context.Context, of []search.Stage, list []search.Term) (int, []int, error) {
	counts := object{}
	for i, t := range list {
		query, err := translate(t)
		if err != nil {
			return 0, nil, err
		}
		counts[strconv.Itoa(i)] = object{"filter": query}
	}
	body := object{"size": 0, "track_total_hits": true}
	if len(counts) > 0 {
		body["aggs"] = counts
	}
	f, err := e.search(ctx, of, body)
	if err != nil {
		return 0, nil, err
	}
	frequencies := make([]int, len(list))
	for i := range list {
		frequencies[i] = f.Aggregations[strconv.Itoa(i)].Count
	}
	return f.Hits.Total.Value, frequencies, nil
}

// Expand returns the terms of a field that a pattern matches, with their frequencies. The documents that have such a
// term are counted by their terms, so removed documents do not count. A text of more than 60 letters has none.
func (e *Engine) Expand(
	ctx context.Context, of []search.Stage, x search.Expansion, limit int,
) ([]search.Expanded, error) {
	if limit <= 0 || utf8.RuneCountInString(x.Text) > longestText {
		return nil, nil
	}
	pattern := literal(x.Text) + ".*"
	if x.Typo {
		pattern = oneEdit(x.Text)
	}
	field := tokenField(x.Field)
	f, err := e.search(ctx, of, object{
		"size": 0, "track_total_hits": false,
		"query": object{"regexp": object{field: object{"value": pattern, "flags": "NONE"}}},
		// the text itself is no edit away from itself
		"aggs": object{"terms": terms(field, limit+1, pattern)},
	})
	if err != nil {
		return nil, err
	}
	var list []search.Expanded
	for _, b := range f.Aggregations["terms"].Buckets {
		if len(list) < limit && (!x.Typo || b.Key != x.Text) {
			list = append(list, search.Expanded{Text: b.Key, Count: b.Count})
		}
	}
	return list, nil
}

// literal escapes the signs that mean something in a regular expression of Lucene.
func literal(text string) string {
	var b strings.Builder
	for _, r := range text {
		if strings.ContainsRune(`.?+*|{}[]()"\#@&<>~^-$`, r) {
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	return b.String()
}

// oneEdit returns a pattern of the texts that are at most one insertion, deletion or replacement away from a text.
func oneEdit(text string) string {
	letters := []rune(text)
	var b strings.Builder
	for i := range len(letters) + 1 {
		before := literal(string(letters[:i]))
		if i > 0 {
			b.WriteByte('|')
		}
		b.WriteString(before + ".?" + literal(string(letters[i:])))
		if i < len(letters) {
			b.WriteString("|" + before + ".?" + literal(string(letters[i+1:])))
		}
	}
	return b.String()
}
