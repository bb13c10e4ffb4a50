package embedded

import (
	"errors"
)

// sorting is an order that a query asks for: a path, its column, and the direction.
type sorting struct {
	path   string
	column int
	desc   bool
}

// query is a query, made ready.
type query struct {
	filter *filter
	sort   []sorting
	// sorter reads the unknown paths of the order from the documents; nil if rows know them all.
	sorter  *cellReader
	unknown []string
	skip    int
	limit   int
	project *projection
}

// most is how many rows a query asks for at most, with those that it leaves out; 0 is no limit.
func (q *query) most() int {
	if q.limit == 0 {
		return 0
	}
	return q.skip + q.limit
}

// late tells that which rows are found is only known when their documents are read.
func (q *query) late() bool { return q.filter.documents() || q.sorter != nil }

// descends tells whether an order is descending.
func descends(direction any) (bool, error) {
	var n int64
	switch v := direction.(type) {
	case int:
		n = int64(v)
	case int32:
		n = int64(v)
	case int64:
		n = v
	}
	if n != 1 && n != -1 {
		return false, errors.New("an order is 1 or -1")
	}
	return n < 0, nil
}
