package main

import (
	"encoding/json"
	"fmt"
	"net/url"
	"sync/atomic"
)

// operation is a read that a client makes.
type operation struct {
	// name is the name in tables; file is the name of the file with its answer.
	name, file string
	query      string
	variables  map[string]any
	// path is the path of the same operation on the hand-written handler.
	path string
}

// operations returns the reads for a store with the given number of articles. The deep page is the page after a
// cursor that Sen returned.
func operations(articles int, deep string) []operation {
	slug := fmt.Sprintf("article-%d", articles/9*7)
	const page = `nodes { id title lead path publishedAt authors { name } } pageInfo { hasNextPage endCursor }`
	return []operation{
		{
			"article by slug", "article",
			`query($slug: String) { article(slug: $slug) { id title lead byline publishedAt cover { small: url(width: 320) large: url(width: 1280) alt caption credit width height } body { html } authors { name organization { name } } section { name path } tags { name } } }`,
			map[string]any{"slug": slug},
			"/articles/" + slug,
		},
		{
			"latest 20", "latest",
			`{ articles(first: 20) { nodes { id title lead path publishedAt byline cover { url(width: 320) alt } authors { name } section { name } } pageInfo { hasNextPage endCursor } } }`,
			nil, "/latest",
		},
		{
			"filtered page", "filtered",
			`{ articles(first: 20, filter: {section: {slugs: ["section-3"]}, tags: {slugs: ["tag-7"]}}) { ` + page + ` } }`,
			nil, "/articles?section=section-3&tag=tag-7",
		},
		{
			"awards of a year", "awards",
			`{ awards(first: 50, filter: {year: {eq: 2020}}) { nodes { id title year level recipients { name organization { name } } round { name } } } }`,
			nil, "/awards?year=2020",
		},
		{
			"front page", "front",
			`{ sections(first: 5) { nodes { name path articles(first: 6) { nodes { title path lead publishedAt cover { url(width: 320) alt } authors { name organization { name } } organizations { name } } } } }
			events(first: 5, orderBy: STARTS_AT_ASC, filter: {startsAt: {gte: "2019-01-01T00:00:00Z"}}) { nodes { name path startsAt organizers { name } } }
			awards(first: 10) { nodes { title year level recipients { name organization { name } } round { name } } } }`,
			nil, "/front",
		},
		{
			"deep page", "deep",
			`query($after: String) { articles(first: 20, after: $after) { ` + page + ` } }`,
			map[string]any{"after": deep},
			"/articles?after=" + url.QueryEscape(deep),
		},
	}
}

// request holds the bytes of an HTTP request, which the client sends unchanged: the client of net/http would use more
// time than the server. If digits is set, next writes another number into each request, at the offset at and with
// width digits.
type request struct {
	bytes     []byte
	at, width int
	// digits are the characters that the number is written with.
	digits string
}

// numbers counts the requests that were sent with a number.
var numbers atomic.Uint64

// next returns the request to send now. into is the buffer of the connection.
func (r request) next(into []byte) []byte {
	if r.digits == "" {
		return r.bytes
	}
	n, base := numbers.Add(1), uint64(len(r.digits))
	for i := r.at + r.width - 1; i >= r.at; i-- {
		into[i] = r.digits[n%base]
		n /= base
	}
	return into
}

// body returns the JSON body of a POST.
func (o operation) body() []byte {
	body, err := json.Marshal(map[string]any{"query": o.query, "variables": o.variables})
	if err != nil {
		panic(err) // the operations are constants
	}
	return body
}

func (o operation) posted(host string, body []byte) []byte {
	return fmt.Appendf(nil,
		"POST /graphql HTTP/1.1\r\nHost: %s\r\nContent-Type: application/json\r\nX-Operation: %s\r\nContent-Length: %d\r\n\r\n%s", host, o.file, len(body), body)
}

func (o operation) got(host, path string) []byte {
	return fmt.Appendf(nil, "GET %s HTTP/1.1\r\nHost: %s\r\nX-Operation: %s\r\n\r\n", path, host, o.file)
}

// post returns a request to GraphQL by POST.
func (o operation) post(host string) request { return request{bytes: o.posted(host, o.body())} }

// get returns a request to GraphQL by GET.
func (o operation) get(host string) request {
	variables, err := json.Marshal(o.variables)
	if err != nil {
		panic(err) // the operations are constants
	}
	return request{bytes: o.got(host,
		"/graphql?"+url.Values{"query": {o.query}, "variables": {string(variables)}}.Encode())}
}

// hand returns a request to the hand-written handler.
func (o operation) hand(host string) request { return request{bytes: o.got(host, o.path)} }

// spelling is the number of white space characters that make a request unique: each is a space or a tab, which is
// enough for 2⁴⁰ requests.
const spelling = 40

// spelled returns a POST that has other white space after the same JSON each time. So the cache does not know the
// bytes of the request, but it knows the operation.
func (o operation) spelled(host string) request {
	bytes := o.posted(host, fmt.Appendf(o.body(), "%*s", spelling, ""))
	return request{bytes, len(bytes) - spelling, spelling, " \t"}
}
