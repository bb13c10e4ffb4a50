package enginetest

import (
	"math/rand/v2"
	"strconv"

	"sen/internal/content"
	"sen/internal/search"
)

// vocabulary has words with shared prefixes, and words that are one edit apart.
var vocabulary = []string{
	"h", "ho", "hoi", "hois", "hoa", "hoan", "hoang", "hoi_nghi", "hội", "hồi", "nghi", "nghia", "nghe", "ghi", "ghin",
	"nghih", "thuong", "thuon", "htuong", "2020", "2021", "12", "会", "x.y*", "a|b", "\"q\"", "ubnd",
}

// keyValues has values of keys; some begin like others.
var keyValues = []string{"a", "ab", "abc", "b", "article_01", "article_02", "Một", "1", "2020", "yes*"}

// random makes random documents and queries.
type random struct{ *rand.Rand }

// pick returns one of some values.
func pick[T any](r random, values ...T) T { return values[r.IntN(len(values))] }

// some returns up to n values; some of them are there several times.
func (r random) some(n int, values []string) (picked []string) {
	for range r.IntN(n + 1) {
		picked = append(picked, pick(r, values...))
	}
	return picked
}

// time returns a time. Many are equal or one millisecond apart; some are before 1970.
func (r random) time() int64 {
	return pick[int64](r, -1_000_000_000_000, -1, 0, 1_700_000_000_000, 1_800_000_000_000) + r.Int64N(8)
}

// document returns a document. Fields, keys and times are absent in some of them.
func (r random) document() *search.Document {
	d := &search.Document{
		Signature: strconv.Itoa(r.IntN(1_000_000)), Tokens: map[search.Field][]string{}, Keys: map[search.Key][]string{},
		Times: map[search.Time]int64{search.TimeSort: r.time()},
	}
	for _, field := range search.Fields() {
		if words := r.some(4, vocabulary); len(words) > 0 {
			d.Tokens[field] = words
		}
	}
	for _, key := range search.Keys() {
		d.Keys[key] = r.some(3, keyValues)
	}
	d.Keys[search.KeyChanged] = nil // see changes
	for _, name := range search.Times() {
		if name != search.TimeSort && r.IntN(3) > 0 {
			d.Times[name] = r.time()
		}
	}
	return d
}

// changes returns changes that put documents with some numbers into both stages. Each number is in one stage or in
// both; then its published document has KeyChanged.
func (r random) changes(version int64, from, to int) (all []search.Change) {
	for n := from; n < to; n++ {
		id, where := content.ID("article_"+strconv.Itoa(n)), r.IntN(4)
		if where != 0 {
			d := r.document()
			if where == 1 {
				d.Keys[search.KeyChanged] = []string{"yes"}
			}
			all = append(all, search.Change{Stage: search.Published, ID: id, Version: version, Document: d})
		}
		if where < 2 {
			all = append(all, search.Change{Stage: search.Drafts, ID: id, Version: version, Document: r.document()})
		}
	}
	return all
}

// query returns a query of any type, with others in it down to a depth.
func (r random) query(depth int) search.Query {
	field := pick(r, search.Fields()...)
	kind := r.IntN(10)
	if depth == 0 {
		kind = r.IntN(6)
	}
	switch kind {
	case 0, 1:
		return search.Term{Field: field, Text: pick(r, append(vocabulary, "unknown")...)}
	case 2:
		word := []rune(pick(r, vocabulary...))
		return search.Prefix{Field: field, Text: string(word[:1+r.IntN(len(word))])}
	case 3:
		return search.KeyIs{Key: pick(r, search.Keys()...), Values: r.some(4, append(keyValues, "unknown"))}
	case 4:
		return r.between()
	case 5:
		return search.Everything{}
	case 6:
		return search.AllOf(r.queries(depth - 1))
	case 7:
		return search.AnyOf(r.queries(depth - 1))
	case 8:
		return search.Not{Query: r.query(depth - 1)}
	}
	of := r.queries(depth - 1)
	return search.AtLeast{N: r.IntN(len(of) + 2), Of: of}
}

// queries returns up to four queries.
func (r random) queries(depth int) (all []search.Query) {
	for range r.IntN(5) {
		all = append(all, r.query(depth))
	}
	return all
}

// between returns a range of times. Its bounds may be open, or in the wrong order.
func (r random) between() search.Query {
	q := search.Between{Time: pick(r, search.Times()...)}
	if r.IntN(3) > 0 {
		q.From = new(r.time())
	}
	if r.IntN(3) > 0 {
		q.To = new(r.time())
	}
	return q
}

// request returns a request for all hits of a query.
func (r random) request() search.Request {
	request := search.Request{
		Stages: pick(r, []search.Stage{search.Published}, []search.Stage{search.Drafts}, bothStages),
		Match:  r.query(3), Size: everything,
	}
	if len(request.Stages) > 1 {
		request.Match = search.AllOf{request.Match, notChanged}
	}
	for range r.IntN(6) { // none: the newest first
		request.Boosts = append(request.Boosts, search.Boost{Query: r.query(2), Weight: 1 << r.IntN(20)})
	}
	for range r.IntN(3) {
		if request.Facets == nil {
			request.Facets = map[search.Key]int{}
		}
		request.Facets[pick(r, search.Keys()...)] = pick(r, 1, 3, 100)
	}
	return request
}
