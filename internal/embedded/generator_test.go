package embedded

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// generator makes random documents, filters and changes.
type generator struct{ *rand.Rand }

// among returns one of some values.
func among[T any](d generator, values ...T) T { return values[d.IntN(len(values))] }

// paths are paths that documents have, and some that they do not have.
var paths = []string{
	"n", "s", "d", "tags", "list.k", "list.in.m", "live.at", "live.title.vi", "live.slug", "b",
	"deep.a.x", "gone.at",
}

// scalar returns a value. Other documents often have the same.
func (d generator) scalar() any {
	switch d.IntN(12) {
	case 0:
		return nil
	case 1:
		return int64(d.IntN(5))
	case 2:
		return among(d, 1.5, 2.0, -1.0, math.NaN())
	case 3, 4:
		return int32(d.IntN(5))
	case 5:
		return bson.NewDateTimeFromTime(day("2020-01-01").Add(time.Duration(d.IntN(5)) * time.Hour))
	case 6:
		return d.IntN(2) == 0
	case 7:
		return strings.Repeat("x", d.IntN(200))
	}
	return among(d, "a", "ab", "b", "Đà Nẵng", "a.b", "", "x+y", "AB")
}

// list returns an array of values, rarely with an array in it.
func (d generator) list(one func() any) A {
	list := A{}
	for range d.IntN(4) {
		if d.IntN(20) == 0 {
			list = append(list, A{one()})
		} else {
			list = append(list, one())
		}
	}
	return list
}

// fields returns a document of some fields, each of which may be missing.
func (d generator) fields(makers map[string]func() any) D {
	doc := D{}
	for _, name := range slices.Sorted(keysIn(makers)) {
		if d.IntN(4) > 0 {
			doc = append(doc, bson.E{Key: name, Value: makers[name]()})
		}
	}
	return doc
}

func keysIn[V any](m map[string]V) func(func(string) bool) {
	return func(yield func(string) bool) {
		for key := range m {
			if !yield(key) {
				return
			}
		}
	}
}

func (d generator) document(id string) D {
	doc := d.fields(map[string]func() any{
		"n": d.scalar, "s": d.scalar, "d": d.scalar, "b": d.scalar,
		"tags": func() any { return d.list(d.scalar) },
		"list": func() any {
			return d.list(func() any {
				if d.IntN(8) == 0 {
					return d.scalar()
				}
				return d.fields(map[string]func() any{"k": d.scalar, "in": func() any {
					return d.list(func() any { return d.fields(map[string]func() any{"m": d.scalar}) })
				}})
			})
		},
		"live": func() any {
			if d.IntN(4) == 0 {
				return nil
			}
			return d.fields(map[string]func() any{
				"at": d.scalar, "slug": d.scalar,
				"title": func() any { return d.fields(map[string]func() any{"vi": d.scalar}) },
			})
		},
		"deep": func() any {
			return d.fields(map[string]func() any{"a": func() any {
				if d.IntN(3) == 0 {
					return d.list(func() any { return d.fields(map[string]func() any{"x": d.scalar}) })
				}
				return d.fields(map[string]func() any{"x": func() any { return d.list(d.scalar) }})
			}})
		},
	})
	return append(D{{Key: "_id", Value: id}}, doc...)
}

func (d generator) filter(depth int) D {
	filter := D{}
	for range d.IntN(3) {
		if depth > 0 && d.IntN(3) == 0 {
			parts := A{}
			for range 1 + d.IntN(3) {
				parts = append(parts, d.filter(depth-1))
			}
			filter = append(filter, bson.E{Key: among(d, "$and", "$or", "$nor"), Value: parts})
			continue
		}
		path := among(d, paths...)
		if d.IntN(8) == 0 {
			filter = append(filter, bson.E{Key: "_id", Value: d.idCondition()})
		} else {
			filter = append(filter, bson.E{Key: path, Value: d.condition(true)})
		}
		if path == "list.k" && d.IntN(2) == 0 {
			field := among(d, "k", "in.m")
			filter = append(filter,
				bson.E{Key: "list", Value: D{{Key: "$elemMatch", Value: D{{Key: field, Value: d.condition(false)}}}}})
		}
	}
	return filter
}

func (d generator) idCondition() any {
	id := fmt.Sprintf("%04d", d.IntN(300))
	return among[any](d, id, D{{Key: "$in", Value: A{id, "0003", "0100", "none"}}},
		D{{Key: among(d, "$gt", "$lte", "$ne"), Value: id}})
}

func (d generator) condition(elements bool) any {
	one := func(op string) D { return D{{Key: op, Value: d.scalar()}} }
	some := func() (values A) {
		values = A{}
		for range d.IntN(4) {
			values = append(values, d.scalar())
		}
		return values
	}
	switch d.IntN(12) {
	case 0:
		return d.scalar()
	case 1:
		return D{{Key: among(d, "$in", "$nin"), Value: some()}}
	case 2:
		return D{{Key: "$exists", Value: d.IntN(2) == 0}}
	case 3:
		return bson.Regex{Pattern: among(d, "^", "") + among(d, "a", "x\\+y", "b", "Đà", "xx"), Options: among(d, "", "i")}
	case 4:
		return D{{Key: "$not", Value: one(among(d, "$gte", "$lt", "$eq"))}}
	case 5:
		return append(one("$gte"), one("$lt")...)
	case 6:
		return append(one("$gt"), bson.E{Key: "$nin", Value: some()})
	case 7:
		if elements {
			return D{{Key: "$elemMatch", Value: append(one("$gte"), bson.E{Key: "$nin", Value: some()})}}
		}
	case 8:
		if elements {
			return A{"a", int32(1)}
		}
	}
	return one(among(d, "$eq", "$ne", "$gt", "$gte", "$lt", "$lte"))
}
